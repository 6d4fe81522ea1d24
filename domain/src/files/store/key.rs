use std::fmt;

use object_store::path::Path;

use super::{Error, Result};
use crate::{files::File, ids::WorkspaceId};

/// What an object is found by: parts of plain letters, parted by slashes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// Of a file's content.
    ///
    /// # Errors
    /// [`Error::Missing`] for a hash that is none: nothing is stored under it.
    pub fn content(workspace: WorkspaceId, sha256: &str) -> Result<Self> {
        let is_hash = sha256.len() == 64 && sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let key = Self(format!("{workspace}/{sha256}"));
        if is_hash { Ok(key) } else { Err(Error::Missing(key)) }
    }

    /// Of a file's content.
    ///
    /// # Errors
    /// As [`Key::content`].
    pub fn of(workspace: WorkspaceId, file: &File) -> Result<Self> {
        Self::content(workspace, &file.sha256)
    }

    /// Of the object that says which install the store belongs to.
    pub fn install() -> Self {
        Self("install".to_owned())
    }

    /// Of the object that is written to see that the store can be written.
    pub fn probe() -> Self {
        Self("probe".to_owned())
    }

    /// A key from its text; none for what is not made of plain letters, figures, points, dashes and slashes.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain);
        text.split('/').all(part).then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&Key> for Path {
    fn from(key: &Key) -> Self {
        Self::from(key.as_str())
    }
}
