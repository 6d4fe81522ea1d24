//! What a check found.

use std::error::Error;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// As it should be.
    Ok,
    /// It works, but somebody should know.
    Warn,
    /// The portal cannot serve like this.
    Fail,
}

/// A check's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub subject: &'static str,
    /// How bad it is.
    pub verdict: Severity,
    /// What was found.
    pub says: String,
    /// What to do about it, in one sentence; empty when nothing is to be done or the finding says it.
    pub mend: String,
}

impl Finding {
    /// As it should be.
    pub fn ok(subject: &'static str, says: impl Into<String>) -> Self {
        Self { subject, verdict: Severity::Ok, says: says.into(), mend: String::new() }
    }

    /// Worth knowing.
    pub fn warn(subject: &'static str, says: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { subject, verdict: Severity::Warn, says: says.into(), mend: mend.into() }
    }

    /// Broken.
    pub fn fail(subject: &'static str, says: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { subject, verdict: Severity::Fail, says: says.into(), mend: mend.into() }
    }

    /// Broken, by an error whose own words say what to do.
    pub fn broken(subject: &'static str, error: &dyn Error) -> Self {
        let cause = error.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
        Self::fail(subject, format!("{error}{cause}"), "")
    }
}
