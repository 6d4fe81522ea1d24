//! Signing what is sent to webhooks, with Ed25519.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};
use sessions::Engine;
use sha2::{Digest, Sha256};

/// There is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// None can be made, or the one that is kept is none.
    #[error("there is no key to sign requests to webhooks with")]
    Unusable,
    /// It could not be read.
    #[error("the key for webhooks could not be read")]
    Engine(#[from] sessions::Error),
}

/// The key of all servers of one database.
pub struct Signer {
    key: Ed25519KeyPair,
    id: String,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.id)
    }
}

impl Signer {
    /// The key that the engine keeps, made when it is asked for the first time.
    ///
    /// # Errors
    /// When there is none and none can be made, or the database does not answer.
    pub async fn load_or_create(engine: &Engine) -> Result<Self, SigningKeyError> {
        let fresh =
            Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| SigningKeyError::Unusable)?;
        Self::from_pkcs8(&engine.signing_key(fresh.as_ref()).await?)
    }

    fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, SigningKeyError> {
        let key = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| SigningKeyError::Unusable)?;
        let id = format!("ds_{}", thumbprint(&key));
        Ok(Self { key, id })
    }

    /// The key's name.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The public half, as a set of JSON web keys.
    pub(super) fn jwks(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key());
        json!({ "keys": [
            { "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.id, "use": "sig", "alg": "EdDSA" },
        ] })
    }

    /// What the header `Webhook-Signature` says of a body.
    pub(super) fn sign(&self, body: &str, now: DateTime<Utc>) -> String {
        let time = now.timestamp();
        let signature = self.key.sign(format!("{time}.{body}").as_bytes());
        format!("t={time},kid={},ed25519={}", self.id, URL_SAFE_NO_PAD.encode(signature))
    }
}

/// As RFC 7638 has it: the necessary members in the order of their names.
fn thumbprint(key: &Ed25519KeyPair) -> String {
    let x = URL_SAFE_NO_PAD.encode(key.public_key());
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)))
}

#[cfg(test)]
mod tests {
    use ring::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_signature_can_be_checked_by_what_is_published() {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let signer = Signer::from_pkcs8(pkcs8.as_ref()).unwrap();
        assert_eq!(signer.id(), Signer::from_pkcs8(pkcs8.as_ref()).unwrap().id());
        let header = signer.sign("{}", DateTime::from_timestamp(1_700_000_000, 0).unwrap());
        let signature = header.strip_prefix(&format!("t=1700000000,kid={},ed25519=", signer.id())).unwrap();
        let keys = signer.jwks();
        let public = URL_SAFE_NO_PAD.decode(keys["keys"][0]["x"].as_str().unwrap()).unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let public = UnparsedPublicKey::new(&ED25519, public);
        assert!(public.verify(b"1700000000.{}", &signature).is_ok());
        assert!(public.verify(b"1700000001.{}", &signature).is_err());
        assert!(Signer::from_pkcs8(b"nonsense").is_err());
    }
}
