//! What was heard, and of which part of the log. The words of one text may come put together.

/// Words of an entry between two offsets of the log.
pub struct Words {
    pub span: Span,
    pub id: String,
    pub text: String,
}

/// From one offset of the log to another.
#[derive(Clone, Copy)]
pub struct Span {
    pub from: u64,
    pub to: u64,
}

impl Span {
    /// Whether the offset lies within, so that only a part of it stands before it.
    pub fn is_cut_at(self, offset: u64) -> bool {
        self.from < offset && offset < self.to
    }
}
