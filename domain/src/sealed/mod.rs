//! Secrets that have to be read again: an agent's key, a webhook's. Each is sealed under a random key of its own, and that
//! one under the install's master key, which is not in the database: whoever has a copy of the database has none of them.
//!
//! A sealed secret is bound to its workspace and to what it is for. Moved to another row, it does not open.

mod keyring;
mod rotate;
mod secret;
mod unopened;
mod wrapped;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

pub use keyring::{BadKey, Keyring};
pub use rotate::{ResealCount, reseal};
pub use secret::Secret;
pub use unopened::{UnopenedSecrets, unopened, unopened_by};
pub use wrapped::{SHORTEST_PASSPHRASE, WrappedKeys};

use crate::{Error, Result, ids::WorkspaceId, secret::random_bytes};

const NONCE: usize = 24;

/// A secret as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret {
    /// Names the master key, so that it can be replaced.
    pub key_id: String,
    /// The secret's own key under the master key.
    pub wrapped: Vec<u8>,
    /// The secret under its own key.
    pub sealed: Vec<u8>,
}

/// What a secret belongs to. Part of the seal, not of what is kept.
#[derive(Clone, Debug)]
pub struct SealContext(String);

impl SealContext {
    /// In a workspace, for one thing: `agent/<id>`, say.
    pub fn new(workspace: WorkspaceId, what: &str) -> Self {
        Self(format!("throughline/1|{}|{what}", workspace.0))
    }
}

impl Keyring {
    /// Seals a secret.
    ///
    /// # Errors
    /// [`Error::Broken`] for one that is too long for the cipher, which none is.
    pub fn seal(&self, whose: &SealContext, secret: &Secret) -> Result<SealedSecret> {
        let own = random_bytes();
        Ok(SealedSecret {
            key_id: self.current().id.clone(),
            wrapped: lock(&self.current().bytes, whose, &own)?,
            sealed: lock(&own, whose, secret.reveal().as_bytes())?,
        })
    }

    /// Opens it again.
    ///
    /// # Errors
    /// [`Error::Broken`] for one that was sealed under a master key that is not here, for something else, or was changed.
    pub fn open(&self, whose: &SealContext, sealed: &SealedSecret) -> Result<Secret> {
        let master = self.find(&sealed.key_id).ok_or_else(|| {
            Error::Broken(format!(
                "a secret was sealed under the master key {}, which is not here",
                sealed.key_id
            ))
        })?;
        let own = unlock(&master.bytes, whose, &sealed.wrapped)?;
        let own = own.try_into().map_err(|_| does_not_open())?;
        let secret = String::from_utf8(unlock(&own, whose, &sealed.sealed)?).map_err(|_| does_not_open())?;
        Ok(Secret::new(secret))
    }

    /// The same secret under the current master key; none where it is under that one already.
    ///
    /// # Errors
    /// As [`Keyring::open`].
    pub fn renewed(&self, whose: &SealContext, sealed: &SealedSecret) -> Result<Option<SealedSecret>> {
        if sealed.key_id == self.current().id {
            return Ok(None);
        }
        self.seal(whose, &self.open(whose, sealed)?).map(Some)
    }

    /// The same for many: those that change, by what they are of, and how many no key here opens.
    pub fn renew_all<Id: Copy>(
        &self,
        whose: impl Fn(Id) -> SealContext,
        all: impl IntoIterator<Item = (Id, SealedSecret)>,
    ) -> (Vec<(Id, SealedSecret)>, u64) {
        let (mut renewed, mut unopened) = (Vec::new(), 0);
        for (of, sealed) in all {
            match self.renewed(&whose(of), &sealed) {
                Ok(Some(secret)) => renewed.push((of, secret)),
                Ok(None) => {}
                Err(_) => unopened += 1,
            }
        }
        (renewed, unopened)
    }
}

/// A random nonce, then what was enciphered under it.
fn lock(key: &[u8; 32], whose: &SealContext, plain: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE];
    nonce.copy_from_slice(&random_bytes()[..NONCE]);
    let payload = Payload { msg: plain, aad: whose.0.as_bytes() };
    let cipher = XChaCha20Poly1305::new(key.into());
    let locked = cipher.encrypt(&XNonce::from(nonce), payload);
    let locked = locked.map_err(|_| Error::Broken("a secret is too long to be sealed".into()))?;
    Ok([&nonce[..], &locked].concat())
}

fn unlock(key: &[u8; 32], whose: &SealContext, locked: &[u8]) -> Result<Vec<u8>> {
    let (nonce, locked) = locked.split_first_chunk::<NONCE>().ok_or_else(does_not_open)?;
    let payload = Payload { msg: locked, aad: whose.0.as_bytes() };
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| does_not_open())
}

fn does_not_open() -> Error {
    Error::Broken("a sealed secret does not open: it was changed, or is another's".into())
}

#[cfg(test)]
mod tests;
