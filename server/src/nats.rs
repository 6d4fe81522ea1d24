//! NATS in place of Postgres's NOTIFY, for nodes that speak to each other more than a database likes.

use std::{fmt, sync::Arc, time::Duration};

use async_nats::{Client, ConnectError, ConnectOptions, Event, Message, Subject};
use futures::{
    FutureExt, StreamExt,
    future::{self, BoxFuture},
    stream::BoxStream,
};
use sessions::{Exchange, ExchangeError};
use sqlx::PgPool;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::settings::SecretUrl;

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The nodes of one database, over one NATS server.
pub struct Nats {
    url: SecretUrl,
    database: PgPool,
    /// What one tells over: there while somebody listens.
    line: Mutex<Option<(Client, Subject)>>,
}

/// The line was lost, or not opened yet.
#[derive(Debug, thiserror::Error)]
#[error("there is no connection to the NATS server")]
struct NoLine;

/// Connects once. A connection that is lost ends; whoever needs it makes another.
///
/// # Errors
/// When nobody answers there, or the user is not let in.
pub async fn connect(
    url: &SecretUrl,
    event: impl Fn(Event) + Send + Sync + 'static,
) -> Result<Client, ConnectError> {
    let event = Arc::new(event);
    ConnectOptions::new()
        .name("throughline")
        .connection_timeout(PATIENCE)
        .max_reconnects(1)
        .event_callback(move |happened| {
            let event = Arc::clone(&event);
            async move { event(happened) }
        })
        .connect(url.reveal().as_str())
        .await
}

impl Nats {
    /// For the nodes of the database behind the pool.
    #[must_use]
    pub fn new(url: SecretUrl, database: PgPool) -> Self {
        Self { url, database, line: Mutex::new(None) }
    }

    async fn begin(&self) -> Result<BoxStream<'static, String>, ExchangeError> {
        let missed = CancellationToken::new();
        let may_miss = missed.clone();
        let client = connect(&self.url, move |event| {
            if matches!(event, Event::Disconnected | Event::Closed | Event::SlowConsumer(_)) {
                may_miss.cancel();
            }
        })
        .await?;
        let subject = self.subject().await?;
        let heard = client.subscribe(subject.clone()).await?;
        // The server has heard of it before anything is told.
        client.flush().await?;
        *self.line.lock().await = Some((client, subject));
        let texts = heard
            .filter_map(|message: Message| future::ready(String::from_utf8(message.payload.into()).ok()));
        Ok(texts.take_until(missed.cancelled_owned()).boxed())
    }

    /// A database's own: the cluster's name, which its replicas share and a restored copy does not, and the number of
    /// the database in it.
    async fn subject(&self) -> sqlx::Result<Subject> {
        let asked = "SELECT 'throughline.nodes.' || system_identifier || '.' || oid
            FROM pg_control_system(), pg_database WHERE datname = current_database()";
        sqlx::query_scalar::<_, String>(asked).fetch_one(&self.database).await.map(Subject::from)
    }

    async fn send(&self, texts: Vec<String>) -> Result<(), ExchangeError> {
        let (client, subject) = self.line.lock().await.clone().ok_or(NoLine)?;
        for text in texts {
            client.publish(subject.clone(), text.into()).await?;
        }
        Ok(client.flush().await?)
    }
}

impl Exchange for Nats {
    fn listen(&self) -> BoxFuture<'_, Result<BoxStream<'static, String>, ExchangeError>> {
        async move {
            // What was told over the old line may have been lost with it.
            self.line.lock().await.take();
            self.begin().await
        }
        .boxed()
    }

    fn publish(&self, texts: Vec<String>) -> BoxFuture<'_, Result<(), ExchangeError>> {
        self.send(texts).boxed()
    }
}

impl fmt::Debug for Nats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nats({})", self.url)
    }
}
