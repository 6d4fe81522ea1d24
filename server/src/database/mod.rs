//! From settings to a database that is ready: running, reached, migrated, with a pool for each role.

mod connect;
mod error;
mod migrate;
mod pools;

use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgPool};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub use connect::{once, options};
pub use error::Error;
pub use migrate::{State, state};
pub use pools::Role;

use crate::postgres::Cluster;
use crate::settings::Settings;

/// The schema, inside the binary.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// How many connections the product's pages and actions share. The private cluster allows 60 in all; what is left
/// serves migrations, a second command beside the server, and somebody's `psql`.
const PRODUCT_CONNECTIONS: u32 = 30;
/// How many the session engine has for itself, so that slow pages cannot hold up an agent's words.
const ENGINE_CONNECTIONS: u32 = 12;

/// How long closing waits for connections whose work was cut off in the middle.
const CLOSING: Duration = Duration::from_secs(5);

/// Whether the private cluster may be shared with a running server. With `DATABASE_URL` it makes no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// The server: one for each data folder.
    Alone,
    /// A command that works beside a running server as well.
    Shared,
}

/// The database of the process. [`Database::close`] it before the process ends.
#[derive(Debug)]
pub struct Database {
    /// The product's pool: every connection is `throughline_app`, whom row-level security binds.
    pub product: PgPool,
    /// The session engine's pool: every connection is `throughline_sessions`.
    pub engine: PgPool,
    owner: PgConnectOptions,
    cluster: Option<Cluster>,
}

impl Database {
    /// Brings the database up: `DATABASE_URL`, or the private cluster in the data folder. Ends early when `stop` is
    /// cancelled.
    ///
    /// # Errors
    /// When it cannot be reached within half a minute, cannot be started, or does not fit this binary's migrations.
    pub async fn open(settings: &Settings, hold: Hold, stop: &CancellationToken) -> Result<Self, Error> {
        let (owner, cluster) = match &settings.database_url {
            Some(url) => (options(url)?, None),
            None => {
                let data = settings.data()?;
                let (cluster, _) = match hold {
                    Hold::Alone => Cluster::keep(&data, stop).await?,
                    Hold::Shared => Cluster::keep_or_join(&data, stop).await?,
                };
                (cluster.options(), Some(cluster))
            }
        };
        match Self::prepare(&owner, stop).await {
            Ok((product, engine)) => Ok(Self { product, engine, owner, cluster }),
            Err(reason) => {
                stop_cluster(cluster).await;
                Err(reason)
            }
        }
    }

    /// Connects as the owner of the schema: for commands that change the installation, never for a request.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn owner(&self) -> Result<sqlx::PgConnection, sqlx::Error> {
        once(&self.owner).await
    }

    /// Closes the pools and stops the private cluster if this process looks after it.
    pub async fn close(self) {
        let closed = async { tokio::join!(self.product.close(), self.engine.close()) };
        if timeout(CLOSING, closed).await.is_err() {
            tracing::warn!("connections to the database were still in use");
        }
        stop_cluster(self.cluster).await;
    }

    async fn prepare(owner: &PgConnectOptions, stop: &CancellationToken) -> Result<(PgPool, PgPool), Error> {
        let mut connection = connect::patiently(owner, stop).await?;
        migrate::run(&mut connection).await?;
        connection.close().await?;
        let product = pools::open(owner, Role::App, PRODUCT_CONNECTIONS).await?;
        let engine = pools::open(owner, Role::Sessions, ENGINE_CONNECTIONS).await?;
        Ok((product, engine))
    }
}

async fn stop_cluster(cluster: Option<Cluster>) {
    if let Some(cluster) = cluster {
        cluster.stop().await;
    }
}
