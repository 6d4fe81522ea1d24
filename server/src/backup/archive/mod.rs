//! A backup as a file: a tar of compressed tables and of files as they are, with a list of all of it at the end.
//!
//! ```text
//! tables/<table>/<number>.gz   rows as COPY writes them (text), gzip
//! files/<workspace>/<sha-256>  a file's bytes
//! manifest.json                what is in it, with counts and checksums
//! manifest.sha256              of the manifest
//! ```

mod manifest;
mod read;
mod tar;
mod write;

pub use manifest::{Files, Manifest, ManifestTable, Member, Migration, Sequence};
pub use read::Archive;
pub use write::Draft;

/// The last two members.
const MANIFEST: &str = "manifest.json";
const SEAL: &str = "manifest.sha256";

/// What is wrong with a file that should be a backup.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("it is no backup of Throughline")]
    Foreign,
    #[error("it is cut off: it ends in the middle")]
    CutOff,
    #[error("it is damaged: {0}")]
    Damaged(String),
    #[error("it was made by a newer version of throughline (its format is {0}). Use that version")]
    Newer(u32),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The result of looking into a backup.
pub type Result<T> = std::result::Result<T, Error>;

fn hex(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
