//! Postgres's own LISTEN and NOTIFY.
//!
//! A NOTIFY makes commits that notify queue for one lock of the whole server, so it never stands in a transaction that
//! does anything else, and each node sends one for many streams.

use std::sync::Arc;

use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sqlx::{
    Executor, PgConnection, PgPool,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::sync::Mutex;

use super::{Exchange, ExchangeError};

/// Channels belong to a database: no other one's nodes are heard.
const CHANNEL: &str = "throughline_nodes";

/// Over two connections of its own: one that listens, and one that tells, which is opened when there is whom to tell.
#[derive(Debug)]
pub(super) struct Postgres {
    pool: PgPool,
    line: Arc<Mutex<Option<PgConnection>>>,
}

impl Postgres {
    /// Over the same database as the pool, and in the same role.
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool, line: Arc::default() }
    }

    async fn listener(&self) -> Result<PgListener, ExchangeError> {
        let alone: PgPoolOptions = self.pool.options().clone();
        let alone = alone.min_connections(0).max_connections(1).idle_timeout(None).max_lifetime(None);
        let pool = alone.connect_lazy_with((*self.pool.connect_options()).clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        // A break has to be heard of, and what follows it is the engine's.
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(listener)
    }

    async fn send(&self, texts: Vec<String>) -> Result<(), ExchangeError> {
        let mut line = self.line.lock().await;
        // Taken out: given up in the middle, it must not be used again.
        let mut conn = match line.take() {
            Some(conn) => conn,
            None => self.open().await?,
        };
        let tell = "SELECT pg_notify($1, text) FROM unnest($2::text[]) AS text";
        sqlx::query(tell).bind(CHANNEL).bind(texts).execute(&mut conn).await?;
        *line = Some(conn);
        Ok(())
    }

    async fn open(&self) -> Result<PgConnection, ExchangeError> {
        let mut conn = self.pool.acquire().await?.detach();
        // Nothing that is told has to survive a crash, so it does not wait for the disk.
        conn.execute("SET synchronous_commit = off").await?;
        Ok(conn)
    }
}

impl Exchange for Postgres {
    fn listen(&self) -> BoxFuture<'_, Result<BoxStream<'static, String>, ExchangeError>> {
        async move {
            let heard = stream::unfold(self.listener().await?, async |mut listener| {
                let notification = listener.try_recv().await.ok().flatten()?;
                Some((notification.payload().to_owned(), listener))
            });
            Ok(heard.boxed())
        }
        .boxed()
    }

    fn publish(&self, texts: Vec<String>) -> BoxFuture<'_, Result<(), ExchangeError>> {
        self.send(texts).boxed()
    }
}
