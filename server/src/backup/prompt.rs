//! Asks whoever sits at the terminal for the passphrase, and shows nothing of it.

use std::io::{self, IsTerminal};

use crate::settings::Secret;

const NEW: &str = "Passphrase for the master key, 10 characters or more: ";
const AGAIN: &str = "The same again: ";
const KNOWN: &str = "Passphrase of the backup: ";
/// How often two that differ are asked for again.
const TRIES: usize = 3;

/// A passphrase to be, typed twice; none where nobody is there or nothing is typed.
pub(super) fn new_passphrase() -> io::Result<Option<Secret>> {
    if io::stdin().is_terminal() { chosen(ask) } else { Ok(None) }
}

/// One that there is; none where nobody is there or nothing is typed.
pub(super) fn passphrase() -> io::Result<Option<Secret>> {
    if io::stdin().is_terminal() { Ok(some(ask(KNOWN)?)) } else { Ok(None) }
}

fn ask(words: &str) -> io::Result<String> {
    rpassword::prompt_password(words)
}

/// A slip in it would lose the keys, so it counts once it was typed twice.
fn chosen(mut ask: impl FnMut(&str) -> io::Result<String>) -> io::Result<Option<Secret>> {
    for _ in 0..TRIES {
        let first = ask(NEW)?;
        if first.is_empty() {
            return Ok(None);
        }
        if ask(AGAIN)? == first {
            return Ok(some(first));
        }
        eprintln!("Those two are not the same.");
    }
    Ok(None)
}

fn some(typed: String) -> Option<Secret> {
    (!typed.is_empty()).then(|| Secret::new(typed))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of this being typed, and how much of it was asked for.
    fn typed(lines: &[&str]) -> (Option<String>, usize) {
        let mut left = lines.iter();
        let ask = |_: &str| {
            left.next().map(|line| (*line).to_owned()).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
        };
        let chosen = chosen(ask).unwrap();
        (chosen.map(|secret| secret.reveal().to_owned()), lines.len() - left.len())
    }

    #[test]
    fn a_new_passphrase_is_typed_twice() {
        assert_eq!(
            typed(&["nine green boats", "nine green boats"]),
            (Some("nine green boats".to_owned()), 2)
        );
        let slip = ["nine green boats", "nine green boat", "ten red boats", "ten red boats"];
        assert_eq!(typed(&slip), (Some("ten red boats".to_owned()), 4));
        assert_eq!(typed(&["", "unread"]), (None, 1), "nothing typed is none");
        assert_eq!(typed(&["a", "b", "c", "d", "e", "f", "g"]), (None, 6), "and nobody is asked for ever");
    }
}
