//! Where the bytes of files are: one store that all nodes of an install share. A folder is enough for one node; several
//! need a bucket of S3.
//!
//! An object is found by its [`Key`], never by what a person called it: `<workspace>/<sha-256>` for a file.

mod error;
mod incoming;
mod key;
mod location;
mod probe;
mod room;
mod state;
mod text;

use std::{path::PathBuf, sync::Arc};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload, buffered::BufWriter, path::Path,
};
use tokio::io::AsyncWriteExt;

pub use error::{Error, Result};
pub use incoming::{Incoming, StoredContent};
pub use key::Key;
pub use location::{BadStoreLocation, StoreLocation};
pub use state::{StoreState, inspect, inspect_by};
pub use text::MOST;

/// How many bytes are sent at a time; an object that has more goes to S3 in parts of this size.
const PART: usize = 8 << 20;

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    location: StoreLocation,
    /// A folder of this machine, for what is on its way in.
    scratch: PathBuf,
    /// How many bytes stay free on the disk: below that nothing is taken in.
    floor: u64,
}

/// An object that is being read.
pub struct ObjectContent {
    /// How many bytes come.
    pub bytes: u64,
    /// They, a piece at a time.
    pub pieces: BoxStream<'static, Result<Bytes>>,
}

/// An object as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: Key,
    pub bytes: u64,
    /// When it was last written.
    pub modified: DateTime<Utc>,
}

impl Store {
    /// The same where nothing is taken in once less than so many bytes are free on the disk.
    pub fn with_floor(self, floor: u64) -> Self {
        Self { floor, ..self }
    }

    /// Where it is: for logs, `doctor` and whoever runs the server.
    pub fn location(&self) -> &StoreLocation {
        &self.location
    }

    /// The bytes of an object.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is none.
    pub async fn get(&self, key: &Key) -> Result<ObjectContent> {
        let found = self.objects.get(&Path::from(key)).await.map_err(|error| Error::of(key, error))?;
        let (bytes, of) = (found.meta.size, key.clone());
        let pieces = found.into_stream().map_err(move |error| Error::of(&of, error)).boxed();
        Ok(ObjectContent { bytes, pieces })
    }

    /// The first `most` bytes of an object, or all where it has fewer.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is none.
    pub async fn beginning(&self, key: &Key, most: u64) -> Result<Bytes> {
        let of = |error| Error::of(key, error);
        let options = GetOptions::new().with_range(Some(0..most));
        match self.objects.get_opts(&Path::from(key), options).await {
            Ok(found) => found.bytes().await.map_err(of),
            // Some stores refuse a range of an object that is empty.
            Err(error @ object_store::Error::NotFound { .. }) => Err(of(error)),
            Err(error) => match self.size(key).await? {
                Some(0) => Ok(Bytes::new()),
                _ => Err(of(error)),
            },
        }
    }

    /// Writes an object, in place of one that has the key. It is there whole or not at all, and stays.
    pub async fn put(&self, key: &Key, content: impl Into<Bytes>) -> Result<()> {
        let payload = PutPayload::from(content.into());
        self.objects.put(&Path::from(key), payload).await.map(drop).map_err(|error| Error::of(key, error))
    }

    /// The same with bytes that come a piece at a time; answers how many came. Where they break off, nothing is written.
    ///
    /// # Errors
    /// The pieces' own error, or the store's.
    pub async fn put_pieces<E: From<Error>>(
        &self,
        key: &Key,
        pieces: impl Stream<Item = std::result::Result<Bytes, E>>,
    ) -> std::result::Result<u64, E> {
        let mut writer = BufWriter::with_capacity(Arc::clone(&self.objects), Path::from(key), PART)
            .with_max_concurrency(2);
        let mut bytes = 0;
        let mut pieces = std::pin::pin!(pieces);
        while let Some(piece) = pieces.next().await {
            let written = match piece {
                Ok(piece) => {
                    bytes += piece.len() as u64;
                    writer.put(piece).await.map_err(|error| E::from(Error::of(key, error)))
                }
                Err(error) => Err(error),
            };
            if let Err(error) = written {
                // The first error is the one that matters.
                let _ = writer.abort().await;
                return Err(error);
            }
        }
        writer.shutdown().await.map_err(Error::from)?;
        Ok(bytes)
    }

    /// How many bytes an object has; none where there is no such object.
    pub async fn size(&self, key: &Key) -> Result<Option<u64>> {
        Ok(self.head(key).await?.map(|found| found.size))
    }

    /// When an object was last written; none where there is no such object.
    pub async fn modified(&self, key: &Key) -> Result<Option<DateTime<Utc>>> {
        Ok(self.head(key).await?.map(|found| found.last_modified))
    }

    async fn head(&self, key: &Key) -> Result<Option<ObjectMeta>> {
        match self.objects.head(&Path::from(key)).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(Error::of(key, error)),
        }
    }

    /// Whether there is such an object.
    pub async fn exists(&self, key: &Key) -> Result<bool> {
        Ok(self.size(key).await?.is_some())
    }

    /// All objects whose key begins with that folder, in no order; without one, all that there are. Objects that are not
    /// the portal's are left out.
    pub fn list(&self, folder: Option<&str>) -> BoxStream<'static, Result<Entry>> {
        let all = self.objects.list(folder.map(Path::from).as_ref());
        all.map_err(Error::unkeyed)
            .try_filter_map(|found| async move {
                let key = Key::parse(found.location.as_ref());
                Ok(key.map(|key| Entry { key, bytes: found.size, modified: found.last_modified }))
            })
            .boxed()
    }

    /// Removes an object. One that is not there is no error.
    pub async fn delete(&self, key: &Key) -> Result<()> {
        match self.objects.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::of(key, error)),
        }
    }
}

#[cfg(test)]
mod tests;
