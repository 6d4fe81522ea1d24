use super::{HIDDEN, Secrets, shapes};

/// How much is held back before it is settled what it is.
const MOST: usize = 4_096;
/// What is kept then of something that is a secret already: enough to know it by, and its end.
const KEPT: usize = 256;
const END: usize = 64;

/// A text that comes in pieces, cut anywhere. What could be the beginning of a secret waits for the next piece.
#[derive(Debug, Default)]
pub(crate) struct RedactingStream {
    /// What waits.
    pub(crate) held: String,
}

impl RedactingStream {
    /// Takes a piece in, and gives what can be written.
    pub(crate) fn push(&mut self, secrets: &Secrets, piece: &str) -> String {
        let mut text = std::mem::take(&mut self.held) + piece;
        let from = [secrets.begun(&text), shapes::begun(&text)].into_iter().flatten().min();
        self.held = text.split_off(from.unwrap_or(text.len()));
        let overlong = self.shorten(secrets);
        secrets.redact(&text) + &overlong
    }

    /// Nothing more comes: what is left.
    pub(crate) fn end(&mut self, secrets: &Secrets) -> String {
        secrets.redact(&std::mem::take(&mut self.held))
    }

    /// Holds no more than it should: of a secret the middle is dropped, as all of it is; anything else is let go.
    fn shorten(&mut self, secrets: &Secrets) -> String {
        if self.held.len() <= MOST {
            return String::new();
        }
        let redacted = secrets.redact(&self.held);
        if redacted != HIDDEN {
            self.held.clear();
            return redacted;
        }
        let at = |wanted: usize| (wanted..).find(|at| self.held.is_char_boundary(*at)).unwrap_or_default();
        let (begin, end) = (at(KEPT), at(self.held.len() - END));
        self.held = format!("{}{}", &self.held[..begin], &self.held[end..]);
        String::new()
    }
}
