use bytes::Bytes;
use futures::stream;
use sha2::{Digest, Sha256};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt},
};

use super::{Error, Key, Result, Store};
use crate::ids::WorkspaceId;

/// How much of a file is read at a time.
const PIECE: usize = 256 * 1024;

/// A file on its way in, without a name on the disk: left unfinished, or with the process killed, it is gone.
pub struct Incoming {
    file: File,
    hash: Sha256,
    bytes: u64,
}

/// A content that the store has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredContent {
    /// Lower-case hex.
    pub sha256: String,
    pub bytes: u64,
}

impl Incoming {
    /// Nothing has come yet.
    ///
    /// # Errors
    /// [`Error::Full`] where the disk has too little room for more.
    pub async fn begin(store: &Store) -> Result<Self> {
        store.has_room().await?;
        let folder = store.scratch.clone();
        let file = tokio::task::spawn_blocking(move || tempfile::tempfile_in(folder)).await;
        let file = file.map_err(|error| Error::Away(Box::new(error)))??;
        Ok(Self { file: File::from_std(file), hash: Sha256::new(), bytes: 0 })
    }

    /// A piece that came.
    pub async fn write(&mut self, piece: &[u8]) -> Result<()> {
        self.hash.update(piece);
        self.bytes += piece.len() as u64;
        Ok(self.file.write_all(piece).await?)
    }

    /// How many bytes have come.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Puts what came into the store, under its hash. May be called again, where the object has been removed since.
    pub async fn keep(&mut self, store: &Store, workspace: WorkspaceId) -> Result<StoredContent> {
        let sha256: String = self.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        self.file.flush().await?;
        self.file.rewind().await?;
        let key = Key::content(workspace, &sha256)?;
        let pieces = stream::try_unfold(&mut self.file, |file| async move {
            let mut piece = Vec::with_capacity(PIECE);
            let read = file.take(PIECE as u64).read_to_end(&mut piece).await?;
            Ok::<_, Error>((read > 0).then(|| (Bytes::from(piece), file)))
        });
        let bytes = store.put_pieces(&key, pieces).await?;
        Ok(StoredContent { sha256, bytes })
    }
}
