//! Passwords: which are good enough, and how they are kept (argon2id).

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// The fewest characters of a password.
pub const SHORTEST: usize = 10;
/// The most, so that nobody has a novel hashed.
pub const LONGEST: usize = 200;

/// The passwords of leaked lists that are long enough to pass; their beginnings count as well.
const COMMON: &str = include_str!("common.txt");

/// Hashing takes 19 MiB and some tens of milliseconds: two at a time leave room for everything else.
static PLACES: Semaphore = Semaphore::const_new(2);

/// What an unknown address is checked against, so that it takes as long as a known one: an output of zeroes, which no
/// password has, at the usual cost.
const NOBODYS: &str = concat!(
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
);

/// Why a password will not do, and what would. `about`: the person's name, address, company; nobody should build a
/// password from what anyone knows of them.
pub fn objection(password: &str, about: &[&str]) -> Option<&'static str> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Some("Use 10 characters or more; a short sentence is fine.");
    }
    if length > LONGEST {
        return Some("Use 200 characters or fewer.");
    }
    let plain = password.to_lowercase();
    if is_common(&plain) || is_pattern(&plain) {
        return Some("Too many people use this one. A few words that belong to nobody else are better.");
    }
    if is_about(&plain, about) {
        return Some(
            "This is built from your name, company or address. Use words that nobody would guess of you.",
        );
    }
    None
}

/// A common password, or one with a year or signs hung on.
fn is_common(plain: &str) -> bool {
    let core = plain.trim_end_matches(|c: char| !c.is_alphabetic());
    COMMON.lines().any(|common| common == plain || (common == core && !core.is_empty()))
}

/// `aaaaaaaaaa`, `abababababab`, `1234567890`, `9876543210`.
fn is_pattern(plain: &str) -> bool {
    let chars: Vec<char> = plain.chars().collect();
    let repeats = (1..=4).any(|width| chars.iter().skip(width).zip(&chars).all(|(a, b)| a == b));
    let steps = |by: i64| {
        chars.windows(2).all(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])) == by)
    };
    repeats || steps(1) || steps(-1)
}

/// Little is left of it without the words that are known of the person.
fn is_about(plain: &str, about: &[&str]) -> bool {
    let words = about
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 3)
        .map(str::to_lowercase);
    let mut rest = plain.to_owned();
    for word in words.chain(["throughline".to_owned()]) {
        rest = rest.replace(&word, "");
    }
    rest.len() < plain.len() && rest.chars().filter(|c| c.is_alphabetic()).count() < 5
}

/// The hash to keep of a password.
///
/// # Errors
/// [`Error::Broken`] when hashing fails, which it has no reason to.
pub async fn hash(password: &str) -> Result<String> {
    let password = password.to_owned();
    off_the_threads(move || {
        let hash = Argon2::default().hash_password(password.as_bytes()).map_err(broken)?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether a password is the one of a hash. Without a hash it is not, and that takes as long.
///
/// # Errors
/// [`Error::Broken`] for a hash that cannot be read.
pub async fn verify(hash: Option<&str>, password: &str) -> Result<bool> {
    // Nobody's password is that long, and nobody makes us hash a book.
    let password: String = password.chars().take(LONGEST + 1).collect();
    let hash = hash.unwrap_or(NOBODYS).to_owned();
    off_the_threads(move || {
        let hash = PasswordHash::new(&hash).map_err(broken)?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
}

async fn off_the_threads<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let _place = PLACES.acquire().await.map_err(broken)?;
    tokio::task::spawn_blocking(work).await.map_err(broken)?
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Broken(format!("hashing a password: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everyone_uses_is_refused() {
        for bad in [
            "password123",
            "Password2024!",
            "qwertyuiop",
            "1234567890",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "0987654321",
        ] {
            assert!(objection(bad, &[]).is_some(), "{bad}");
        }
        assert!(objection("short one", &[]).is_some(), "nine characters");
        assert!(objection(&"long ".repeat(41), &[]).is_some());
        for good in
            ["ten chars.", "nine green boats", "correct horse battery staple", "Welcome to the harbour"]
        {
            assert_eq!(objection(good, &["Rosa Klein", "rosa@harborpine.test"]), None, "{good}");
        }
    }

    #[test]
    fn what_is_known_of_a_person_is_refused() {
        let about = ["Rosa Klein", "rosa@harborpine.test", "Harbor & Pine Law"];
        for bad in ["rosaklein1984", "HarborPine2026", "harborpine.test!", "throughline1"] {
            assert!(objection(bad, &about).is_some(), "{bad}");
        }
        assert_eq!(objection("rosa likes cold mornings", &about), None);
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_other() {
        let kept = hash("nine green boats").await.unwrap();
        assert!(kept.starts_with("$argon2id$"));
        assert!(verify(Some(&kept), "nine green boats").await.unwrap());
        assert!(!verify(Some(&kept), "nine green boat").await.unwrap());
        assert!(!verify(None, "").await.unwrap());
    }
}
