//! The contents of files that are text.

use std::path::{Path, PathBuf};

use domain::{files::File, ids::WorkspaceId};
use tokio::io::AsyncReadExt;

/// How much of one file an agent reads.
pub(super) const MOST: u64 = 1 << 20;

/// Where the files of a workspace lie, each under its content's hash.
#[derive(Clone, Debug)]
pub(super) struct Shelf(PathBuf);

impl Shelf {
    pub(super) fn of(files: &Path, workspace: WorkspaceId) -> Self {
        Self(files.join(workspace.to_string()))
    }

    /// A text file's beginning; none for one that is no text or whose bytes are gone.
    pub(super) async fn text(&self, file: &File) -> Option<String> {
        let hashed = file.sha256.len() == 64 && file.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !file.is_text || !hashed {
            return None;
        }
        match read(&self.0.join(&file.sha256)).await {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).replace('\0', "")),
            Err(error) => {
                tracing::warn!(file.id = %file.id, error.message = %error, "a file could not be read");
                None
            }
        }
    }
}

async fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    tokio::fs::File::open(path).await?.take(MOST).read_to_end(&mut bytes).await?;
    Ok(bytes)
}
