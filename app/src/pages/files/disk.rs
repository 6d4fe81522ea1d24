//! Where the bytes lie: `files/<workspace>/<sha-256>`, whole or not at all.

use std::{
    io,
    path::{Path, PathBuf},
};

use domain::{ids::WorkspaceId, secret};
use sha2::{Digest, Sha256};
use tokio::{fs, io::AsyncWriteExt};

use crate::web::App;

/// A workspace's folder.
fn folder(app: &App, workspace: WorkspaceId) -> PathBuf {
    app.site.files.join(workspace.to_string())
}

/// Where a content lies.
pub fn path(app: &App, workspace: WorkspaceId, sha256: &str) -> PathBuf {
    folder(app, workspace).join(sha256)
}

/// A file on its way in. Left unfinished, it is gone.
pub struct Incoming {
    file: fs::File,
    folder: PathBuf,
    path: Temporary,
    hash: Sha256,
}

struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // Once it has its name there is nothing here to remove.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Incoming {
    pub async fn begin(app: &App, workspace: WorkspaceId) -> io::Result<Self> {
        let folder = folder(app, workspace);
        fs::create_dir_all(&folder).await?;
        let path = Temporary(folder.join(format!("incoming-{}", secret::random_token())));
        let file = fs::File::create_new(&path.0).await?;
        Ok(Self { file, folder, path, hash: Sha256::new() })
    }

    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.file.write_all(bytes).await
    }

    /// On the disk for good, under its hash, which it tells.
    pub async fn keep(mut self) -> io::Result<String> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let sha256: String = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        fs::rename(&self.path.0, self.folder.join(&sha256)).await?;
        sync_folder(&self.folder).await?;
        Ok(sha256)
    }
}

/// The name itself has to survive a power cut, too.
async fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder).await?.sync_all().await
}
