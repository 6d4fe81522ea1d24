//! Whether the store can be written.

use super::{Key, Result, Store};

impl Store {
    /// Writes a small object, over the one of the last time.
    ///
    /// # Errors
    /// What an upload would meet.
    pub async fn probe(&self) -> Result<()> {
        self.has_room().await?;
        self.put(&Key::probe(), &b"written to see whether it can be\n"[..]).await
    }
}
