//! What can go wrong, in the words of the person who is told.

/// Errors of a form, each beside its field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One error for one field.
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        let mut errors = Self::new();
        errors.add(field, message);
        errors
    }

    /// Adds what to do about a field.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push((field.to_owned(), message.into()));
    }

    /// What to do about `field`, if anything.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, message)| message.as_str())
    }

    /// All of them, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, message)| (field.as_str(), message.as_str()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` without errors, otherwise all of them as an [`Error`].
    pub fn check(self) -> Result<(), Error> {
        if self.is_empty() { Ok(()) } else { Err(Error::Fields(self)) }
    }
}

/// Why a domain function did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or not for this scope to see: the same answer for both.
    #[error("not found")]
    NotFound,
    /// The input needs mending.
    #[error("the form has errors")]
    Fields(FieldErrors),
    /// A rule says no; the sentence says why and what to do, to the person who asked.
    #[error("{0}")]
    Refused(String),
    /// Too many tries; seconds until the next one.
    #[error("too many tries")]
    TooMany { retry_after: u32 },
    /// As many do the same at this moment as there is room for; seconds until it is worth another try.
    #[error("too many at once")]
    Busy { retry_after: u32 },
    /// The database or the engine is away, or a bug. Never shown.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Sessions(#[from] sessions::Error),
    /// The bytes of a file cannot be had or kept. Never shown.
    #[error(transparent)]
    Store(#[from] crate::files::store::Error),
    /// A row or a setting that cannot be read.
    #[error("{0}")]
    Broken(String),
}

/// The result of a domain function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A refusal with its reason.
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::Refused(reason.into())
    }

    /// Whether the database cannot be reached or has no room, rather than something being wrong with what was asked.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Busy { .. } => true,
            Self::Database(error) => sessions::may_pass(error),
            Self::Store(error) => error.is_away(),
            Self::Sessions(error) => error.is_away(),
            _ => false,
        }
    }

    /// The name of the constraint that the database held, if it was one.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Database(sqlx::Error::Database(error)) => error.constraint(),
            _ => None,
        }
    }
}

/// Turns a held constraint into an error that a person can act on.
pub trait OnConstraint<T> {
    /// Replaces the error of the named constraint; every other result passes through.
    fn on_constraint(self, name: &str, error: impl FnOnce() -> Error) -> Result<T>;
}

impl<T, E: Into<Error>> OnConstraint<T> for std::result::Result<T, E> {
    fn on_constraint(self, name: &str, error: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|e| {
            let e = e.into();
            if e.constraint() == Some(name) { error() } else { e }
        })
    }
}
