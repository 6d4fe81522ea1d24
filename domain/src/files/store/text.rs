//! Files that are text, as text.

use super::{Key, Result, Store};
use crate::{
    files::{File, encoding},
    ids::WorkspaceId,
};

/// How many bytes of one file are read as text.
pub const MOST: u64 = 1 << 20;

impl Store {
    /// A text file's beginning, at most [`MOST`] bytes of it; none for a file that is no text.
    ///
    /// # Errors
    /// Where it is text and cannot be read: never the same as a file that is not there.
    pub async fn text(&self, workspace: WorkspaceId, file: &File) -> Result<Option<String>> {
        if !file.is_text {
            return Ok(None);
        }
        let bytes = self.beginning(&Key::of(workspace, file)?, MOST).await?;
        Ok(Some(encoding::read_known(&bytes)))
    }
}
