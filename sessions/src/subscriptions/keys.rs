//! The install's key for signing what it sends to webhooks.

use crate::{Engine, Error};

const KEEP: &str = "
    INSERT INTO stream_signing_key (pkcs8, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";

const KEPT: &str = "SELECT pkcs8 FROM stream_signing_key";

impl Engine {
    /// The key that signs requests to webhooks, the same on every node and after every start: the one that is kept, or
    /// else `fresh`, kept from now on.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn signing_key(&self, fresh: &[u8]) -> Result<Vec<u8>, Error> {
        let now = self.core().options.clock.now();
        self.core()
            .ask(async |conn| {
                sqlx::query(KEEP).bind(fresh).bind(now).execute(&mut *conn).await?;
                Ok(sqlx::query_scalar(KEPT).fetch_one(conn).await?)
            })
            .await
    }
}
