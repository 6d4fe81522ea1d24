//! Takes secrets out of what agents write, before it is stored: those that are known, and whatever has the shape of one.
//!
//! Everything that an attempt writes passes [`crate::runs::ClaimedRun`], and is redacted there. What is written outside a run
//! passes [`shapes`].

mod shapes;
mod stream;

use std::sync::{PoisonError, RwLock};

use serde_json::Value;

pub use shapes::shapes;
pub(crate) use stream::RedactingStream;

use crate::session::Part;

/// What stands where a secret was.
pub(crate) const HIDDEN: &str = "***";
/// Shorter ones would take ordinary words out of a text.
const SHORTEST: usize = 6;

/// The secrets that an attempt knows.
#[derive(Default)]
pub(crate) struct Secrets(RwLock<Vec<String>>);

impl Secrets {
    /// One more that must not be written.
    pub(crate) fn add(&self, secret: &str) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if secret.len() >= SHORTEST && !known.iter().any(|other| other == secret) {
            known.push(secret.to_owned());
            // One that contains another is taken out first, and whole.
            known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        }
    }

    /// A text without secrets.
    pub(crate) fn redact(&self, text: &str) -> String {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let without =
            known.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), HIDDEN));
        shapes(&without)
    }

    /// Where the end of a text could be the beginning of a secret that is known.
    fn begun(&self, text: &str) -> Option<usize> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let begun = |secret: &String| {
            let longest = (secret.len() - 1).min(text.len());
            (1..=longest).rev().find(|length| text.as_bytes().ends_with(&secret.as_bytes()[..*length]))
        };
        known.iter().filter_map(begun).max().map(|length| text.len() - length)
    }

    /// A part without secrets, in whatever field they stand.
    pub(crate) fn redact_part(&self, part: Part) -> Part {
        match part {
            Part::TextDelta { id, delta } => Part::TextDelta { id, delta: self.redact(&delta) },
            part @ (Part::TextStart { .. } | Part::TextEnd { .. }) => part,
            part => {
                let Ok(mut value) = serde_json::to_value(&part) else { return Part::Unknown };
                self.redact_value(&mut value);
                serde_json::from_value(value).unwrap_or(Part::Unknown)
            }
        }
    }

    fn redact_value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.redact(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact_value(item)),
            Value::Object(fields) => {
                let redacted = std::mem::take(fields).into_iter().map(|(name, mut value)| {
                    self.redact_value(&mut value);
                    (self.redact(&name), value)
                });
                *fields = redacted.collect();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// How many there are, and nothing of them.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_tuple("Secrets").field(&known).finish()
    }
}

#[cfg(test)]
mod tests;
