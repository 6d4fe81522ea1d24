//! From settings to a database that is ready: running, reached, migrated, with a pool for each role.

mod ahead;
mod connect;
mod error;
#[cfg(test)]
mod expand;
mod migrate;
mod place;
mod pools;
pub mod rights;

use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::{Connection, PgPool};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub use connect::{once, options};
pub use error::{Error, closed};
pub use migrate::{State, run_only, state};
pub use place::DatabaseLocation;
pub use pools::DatabaseRole;

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
    place: DatabaseLocation,
}

impl Database {
    /// Brings the database up: `DATABASE_URL`, or the private cluster in the data folder. Ends early when `stop` is
    /// cancelled.
    ///
    /// # Errors
    /// When it cannot be reached within half a minute, cannot be started, or does not fit this binary's migrations.
    pub async fn open(settings: &Settings, hold: Hold, stop: &CancellationToken) -> Result<Self, Error> {
        let place = DatabaseLocation::open(settings, hold, stop).await?;
        match Self::prepare(&place, stop).await {
            Ok((product, engine)) => Ok(Self { product, engine, place }),
            Err(reason) => {
                place.close().await;
                Err(reason)
            }
        }
    }

    /// Connects as the owner of the schema: for commands that change the installation, never for a request.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn owner(&self) -> Result<sqlx::PgConnection, sqlx::Error> {
        once(&self.place.owner).await
    }

    /// Closes the pools and stops the private cluster if this process looks after it.
    pub async fn close(self) {
        let closed = async { tokio::join!(self.product.close(), self.engine.close()) };
        if timeout(CLOSING, closed).await.is_err() {
            tracing::warn!("connections to the database were still in use");
        }
        self.place.close().await;
    }

    async fn prepare(place: &DatabaseLocation, stop: &CancellationToken) -> Result<(PgPool, PgPool), Error> {
        let mut connection = place.connect(stop).await?;
        if let Some(why) = domain::backup::closed_by(&mut connection).await? {
            return Err(Error::Closed(why));
        }
        migrate::run(&mut connection).await?;
        connection.close().await?;
        let product = pools::open(&place.owner, DatabaseRole::App, PRODUCT_CONNECTIONS).await?;
        let engine = pools::open(&place.owner, DatabaseRole::Sessions, ENGINE_CONNECTIONS).await?;
        Ok((product, engine))
    }
}
