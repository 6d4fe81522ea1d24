//! Tokens of wakes: whoever holds one may say how far the work of that wake is.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Of a subscription's wake. The subscription's secret is its own and goes with it, so that a token is good for nothing
/// else, also when the name is used again.
pub(super) fn make(secret: &[u8], generation: u64) -> String {
    let signature = signing(secret, generation).finalize().into_bytes();
    format!("{generation}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The generation that the token was made for; none where it is none of the subscription's.
pub(super) fn read(secret: &[u8], token: &str) -> Option<u64> {
    let (generation, signature) = token.split_once('.')?;
    let generation = generation.parse().ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    signing(secret, generation).verify_slice(&signature).ok().map(|()| generation)
}

fn signing(secret: &[u8], generation: u64) -> Hmac<Sha256> {
    let mut signing = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length does");
    signing.update(b"wake:");
    signing.update(generation.to_string().as_bytes());
    signing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_own_wake() {
        let token = make(b"secret", 7);
        assert_eq!(read(b"secret", &token), Some(7));
        assert_eq!(read(b"another", &token), None);
        let (_, signature) = token.split_once('.').unwrap();
        for bad in ["", "7", "7.", "x.y", &format!("8.{signature}"), &format!("+7.{signature}x")] {
            assert_eq!(read(b"secret", bad), None, "{bad}");
        }
    }
}
