use std::io;

use super::Key;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such object.
    #[error("the file store has no {0}")]
    Missing(Key),
    /// An object that is not what was stored.
    #[error("{key} in the file store has {found} bytes instead of {wanted}")]
    Damaged { key: Key, found: u64, wanted: u64 },
    /// There is no room left.
    #[error("there is no room for files: {0}")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It does not answer, or refuses.
    #[error("the file store does not answer as it should: {0}")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The result of a call to the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(super) fn of(key: &Key, error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Missing(key.clone()),
            error => Self::unkeyed(error),
        }
    }

    pub(super) fn unkeyed(error: object_store::Error) -> Self {
        if is_full(&error) { Self::Full(Box::new(error)) } else { Self::Away(Box::new(error)) }
    }

    /// Whether it passes by itself: the object is where it was, and can be had again later.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Away(_))
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        if is_full(&error) { Self::Full(Box::new(error)) } else { Self::Away(Box::new(error)) }
    }
}

/// A disk says so somewhere among an error's causes.
fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) {
            return true;
        }
        cause = error.source();
    }
    false
}
