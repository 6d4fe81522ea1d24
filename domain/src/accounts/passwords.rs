//! Passwords: which are good enough, and how they are kept (argon2id).

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::{sync::Semaphore, time::timeout};

use crate::{Error, Result};

/// The fewest characters of a password.
pub const SHORTEST: usize = 10;
/// The most, so that nobody has a novel hashed.
pub const LONGEST: usize = 200;

/// The passwords of leaked lists that are long enough to pass; their beginnings count as well.
const COMMON: &str = include_str!("common.txt");

/// Who has a password hashed. Hashing takes 19 MiB and some tens of milliseconds, so there is one place for each of the two,
/// and a line before it: those who were here before never stand behind a crowd of strangers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashPriority {
    /// Signed in, in a browser that is known, or by a link to their mail.
    Known,
    /// Anybody.
    Strangers,
}

static KNOWN: HashQueue = HashQueue::new(200, Duration::from_secs(20));
static STRANGERS: HashQueue = HashQueue::new(60, Duration::from_secs(10));

/// After how many seconds whoever found no room may try again.
const AGAIN: u32 = 10;

/// One place, and those who wait for it.
struct HashQueue {
    place: Semaphore,
    waiting: AtomicUsize,
    /// The most that wait.
    most: usize,
    /// The longest that one waits.
    patience: Duration,
}

impl HashQueue {
    const fn new(most: usize, patience: Duration) -> Self {
        Self { place: Semaphore::const_new(1), waiting: AtomicUsize::new(0), most, patience }
    }

    /// Does the work once it is its turn, off the async threads.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let waits = QueueTicket::begin(self)?;
        let place = timeout(self.patience, self.place.acquire()).await;
        drop(waits);
        let _place = place.map_err(|_| Error::Busy { retry_after: AGAIN })?.map_err(broken)?;
        tokio::task::spawn_blocking(work).await.map_err(broken)?
    }
}

/// Somebody in the line; whoever gives up leaves it.
struct QueueTicket<'a>(&'a AtomicUsize);

impl<'a> QueueTicket<'a> {
    fn begin(line: &'a HashQueue) -> Result<Self> {
        let before = line.waiting.fetch_add(1, Relaxed);
        let waits = Self(&line.waiting);
        if before < line.most { Ok(waits) } else { Err(Error::Busy { retry_after: AGAIN }) }
    }
}

impl Drop for QueueTicket<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl HashPriority {
    fn line(self) -> &'static HashQueue {
        match self {
            Self::Known => &KNOWN,
            Self::Strangers => &STRANGERS,
        }
    }
}

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
        return Some("Use at least 10 characters. A short sentence works great.");
    }
    if length > LONGEST {
        return Some("Use 200 characters or fewer.");
    }
    let plain = password.to_lowercase();
    if is_common(&plain) || is_pattern(&plain) {
        return Some("That password is too common. Try a few random words.");
    }
    if is_about(&plain, about) {
        return Some("That’s too close to your name, company, or email. Use words no one would guess.");
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
/// [`Error::Busy`] while too many wait; [`Error::Broken`] when hashing fails, which it has no reason to.
pub async fn hash(lane: HashPriority, password: &str) -> Result<String> {
    let password = password.to_owned();
    let work = move || {
        let hash = Argon2::default().hash_password(password.as_bytes()).map_err(broken)?;
        Ok(hash.to_string())
    };
    lane.line().run(work).await
}

/// Whether a password is the one of a hash. Without a hash it is not, and that takes as long.
///
/// # Errors
/// As [`first_of`].
pub async fn verify(lane: HashPriority, hash: Option<&str>, password: &str) -> Result<bool> {
    Ok(first_of(lane, &[hash], password).await?.is_some())
}

/// The first of the hashes whose password it is. Those that are none take as long as real ones.
///
/// # Errors
/// [`Error::Busy`] while too many wait; [`Error::Broken`] for a hash that cannot be read.
pub async fn first_of(lane: HashPriority, hashes: &[Option<&str>], password: &str) -> Result<Option<usize>> {
    lane.line().run(matching(hashes, password)).await
}

fn matching(
    hashes: &[Option<&str>],
    password: &str,
) -> impl FnOnce() -> Result<Option<usize>> + Send + use<> {
    // Nobody's password is that long, and nobody makes us hash a book.
    let password: String = password.chars().take(LONGEST + 1).collect();
    let hashes: Vec<String> = hashes.iter().map(|hash| hash.unwrap_or(NOBODYS).to_owned()).collect();
    move || {
        for (at, hash) in hashes.iter().enumerate() {
            let hash = PasswordHash::new(hash).map_err(broken)?;
            if Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
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
        let kept = hash(HashPriority::Known, "nine green boats").await.unwrap();
        assert!(kept.starts_with("$argon2id$"));
        assert!(verify(HashPriority::Known, Some(&kept), "nine green boats").await.unwrap());
        assert!(!verify(HashPriority::Strangers, Some(&kept), "nine green boat").await.unwrap());
        assert!(!verify(HashPriority::Strangers, None, "").await.unwrap());
        let second =
            first_of(HashPriority::Known, &[None, Some(&kept), None], "nine green boats").await.unwrap();
        assert_eq!(second, Some(1));
    }

    #[tokio::test]
    async fn whoever_finds_a_long_line_is_told_at_once_and_the_others_get_their_turn() {
        let line: &'static HashQueue = Box::leak(Box::new(HashQueue::new(20, Duration::from_secs(600))));
        let tries = (0..400).map(|_| tokio::spawn(line.run(matching(&[None], "a guess"))));
        let tries: Vec<_> = tries.collect();
        let (mut served, mut refused) = (0, 0);
        for tried in tries {
            match tried.await.unwrap() {
                Ok(_) => served += 1,
                Err(Error::Busy { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!(served >= 20 && refused > 300, "{served} served, {refused} refused");
        assert_eq!(line.waiting.load(Relaxed), 0);
        assert_eq!(line.run(matching(&[None], "a guess")).await.unwrap(), None, "there is room again");
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let line = HashQueue::new(20, Duration::from_millis(1));
        let _taken = line.place.acquire().await.unwrap();
        assert!(matches!(line.run(|| Ok(())).await, Err(Error::Busy { .. })));
        assert_eq!(line.waiting.load(Relaxed), 0);
    }

    #[tokio::test]
    async fn those_who_were_here_before_pass_a_crowd_of_strangers() {
        let strangers: &'static HashQueue =
            Box::leak(Box::new(HashQueue::new(400, Duration::from_secs(600))));
        let _busy = strangers.place.acquire().await.unwrap();
        let crowd: Vec<_> =
            (0..400).map(|_| tokio::spawn(strangers.run(matching(&[None], "a guess")))).collect();
        let known = HashQueue::new(20, Duration::from_secs(600));
        known.run(matching(&[None], "mine")).await.unwrap();
        assert!(crowd.iter().all(|stranger| !stranger.is_finished()), "not one of them went before");
        assert!(!std::ptr::eq(HashPriority::Known.line(), HashPriority::Strangers.line()));
        crowd.iter().for_each(tokio::task::JoinHandle::abort);
    }
}
