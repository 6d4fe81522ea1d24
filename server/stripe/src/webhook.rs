//! Whether a webhook's body comes from Stripe: `Stripe-Signature: t=…,v1=…`, an HMAC-SHA256 of `t.body` under the secret that both
//! know. While a secret is rotated Stripe signs with both, and here two are valid as well.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use domain::sealed::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// The header that carries it.
pub const HEADER: &str = "stripe-signature";

/// How far a signature's time may be from now, in seconds, so that a body that was overheard is no use later.
pub const TOLERANCE: i64 = 300;

/// More signatures than Stripe sends while a secret is rotated; what comes after is not looked at.
const SIGNATURES: usize = 16;

/// Why a body is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("it carries no signature that can be read")]
    Unreadable,
    #[error("it was signed too long ago, or one of the two clocks is wrong")]
    Stale,
    #[error("it was signed with another secret")]
    Wrong,
}

/// Looks whether one of the signatures in `header` was made of `body` with one of the `secrets`.
///
/// # Errors
/// Why it is not believed.
pub fn verify(
    header: &str,
    body: &[u8],
    secrets: &[Secret],
    now: DateTime<Utc>,
) -> Result<(), SignatureError> {
    let (at, signatures) = read(header).ok_or(SignatureError::Unreadable)?;
    let mut matches = Choice::from(0);
    for secret in secrets.iter().filter(|secret| !secret.reveal().is_empty()) {
        let expected = signature(secret, at, body);
        for given in &signatures {
            matches |= expected.as_bytes().ct_eq(given.as_bytes());
        }
    }
    if !bool::from(matches) {
        return Err(SignatureError::Wrong);
    }
    // After the signature, so that nobody learns of the clock who knows no secret.
    if now.timestamp().saturating_sub(at).saturating_abs() > TOLERANCE {
        return Err(SignatureError::Stale);
    }
    Ok(())
}

/// The header that a body would be sent with: for tests and for stand-ins.
pub fn sign(secret: &Secret, body: &[u8], at: DateTime<Utc>) -> String {
    let at = at.timestamp();
    format!("t={at},v1={}", signature(secret, at, body))
}

fn signature(secret: &Secret, at: i64, body: &[u8]) -> String {
    let mut mac =
        <Hmac<Sha256>>::new_from_slice(secret.reveal().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(at.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    let mut hex = String::with_capacity(64);
    for byte in mac.finalize().into_bytes() {
        // Writing to a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// The time and the signatures of the scheme that is in use.
fn read(header: &str) -> Option<(i64, Vec<String>)> {
    let (mut at, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", time)) => at = Some(time.parse().ok()?),
            Some(("v1", signature)) if signatures.len() < SIGNATURES => {
                signatures.push(signature.to_ascii_lowercase());
            }
            _ => {}
        }
    }
    (!signatures.is_empty()).then_some((at?, signatures))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_test_webhook","object":"event"}"#;
    const SECRET: &str = "whsec_test_secret";
    // Of Python's hmac over `1796000000.{"id":"evt_test_webhook","object":"event"}`.
    const VECTOR: &str = "fe1dc4e7297a6195f100cd0bf0e6a90a40f85303eb39ce33e5a82e2c9cecc574";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn check(header: &str, secrets: &[&str], now: i64) -> Result<(), SignatureError> {
        let secrets: Vec<Secret> = secrets.iter().copied().map(Secret::new).collect();
        verify(header, BODY, &secrets, at(now))
    }

    #[test]
    fn a_signature_by_another_program_is_taken() {
        let header = format!("t=1796000000,v1={VECTOR},v0=ignored");
        assert_eq!(check(&header, &[SECRET], 1_796_000_000), Ok(()));
        assert_eq!(sign(&Secret::new(SECRET), BODY, at(1_796_000_000)), format!("t=1796000000,v1={VECTOR}"));
    }

    #[test]
    fn any_of_several_signatures_and_secrets_will_do() {
        let header = format!("t=1796000000,v1={},v1={VECTOR}", "0".repeat(64));
        assert_eq!(check(&header, &["whsec_new", SECRET], 1_796_000_000), Ok(()));
        assert_eq!(check(&header, &["whsec_new"], 1_796_000_000), Err(SignatureError::Wrong));
        assert_eq!(check(&header, &[], 1_796_000_000), Err(SignatureError::Wrong));
        // A secret that is none signs nothing.
        let empty = sign(&Secret::new(""), BODY, at(1_796_000_000));
        assert_eq!(check(&empty, &[""], 1_796_000_000), Err(SignatureError::Wrong));
    }

    #[test]
    fn five_minutes_either_way_and_no_more() {
        let header = format!("t=1796000000,v1={VECTOR}");
        assert_eq!(check(&header, &[SECRET], 1_796_000_300), Ok(()));
        assert_eq!(check(&header, &[SECRET], 1_795_999_700), Ok(()));
        assert_eq!(check(&header, &[SECRET], 1_796_000_301), Err(SignatureError::Stale));
        assert_eq!(check(&header, &[SECRET], 1_795_999_699), Err(SignatureError::Stale));
        let huge = format!("t={},v1={VECTOR}", i64::MIN);
        assert_eq!(check(&huge, &[SECRET], 1_796_000_000), Err(SignatureError::Wrong));
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        for header in ["", "t=1796000000", "v1=abc", "t=soon,v1=abc", "t=,v1=", "hello", "=,=,="] {
            let refused = check(header, &[SECRET], 1_796_000_000).unwrap_err();
            assert_eq!(refused, SignatureError::Unreadable, "{header}");
        }
        let other = format!("t=1796000001,v1={VECTOR}");
        assert_eq!(check(&other, &[SECRET], 1_796_000_000), Err(SignatureError::Wrong));
        let body = [BODY, b" "].concat();
        let header = format!("t=1796000000,v1={VECTOR}");
        let secrets = [Secret::new(SECRET)];
        assert_eq!(verify(&header, &body, &secrets, at(1_796_000_000)), Err(SignatureError::Wrong));
    }
}
