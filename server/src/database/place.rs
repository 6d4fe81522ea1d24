//! A database that is reached as its owner, and not yet looked at.

use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;
use tokio_util::sync::CancellationToken;

use super::{Error, Hold, connect, options};
use crate::postgres::Cluster;
use crate::settings::{SecretUrl, Settings};

/// Where a database is. [`DatabaseLocation::close`] it before the process ends.
#[derive(Debug)]
pub struct DatabaseLocation {
    pub(super) owner: PgConnectOptions,
    cluster: Option<Cluster>,
}

impl DatabaseLocation {
    /// `DATABASE_URL`, or the private cluster in the data folder, which is brought up.
    ///
    /// # Errors
    /// When the setting is none, or the cluster cannot be started.
    pub async fn open(settings: &Settings, hold: Hold, stop: &CancellationToken) -> Result<Self, Error> {
        if let Some(url) = &settings.database_url {
            return Self::at(url);
        }
        let data = settings.data()?;
        let (cluster, _) = match hold {
            Hold::Alone => Cluster::keep(&data, stop).await?,
            Hold::Shared => Cluster::keep_or_join(&data, stop).await?,
        };
        Ok(Self { owner: cluster.options(), cluster: Some(cluster) })
    }

    /// A database that somebody else runs.
    ///
    /// # Errors
    /// When the address is none.
    pub fn at(url: &SecretUrl) -> Result<Self, Error> {
        Ok(Self { owner: options(url)?, cluster: None })
    }

    /// Whether it is the private cluster.
    pub fn is_private(&self) -> bool {
        self.cluster.is_some()
    }

    /// Where it is, without user and password.
    pub fn name(&self) -> String {
        connect::place(&self.owner)
    }

    /// A connection as the owner of the schema, with whom waiting helps for half a minute.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn connect(&self, stop: &CancellationToken) -> Result<PgConnection, Error> {
        connect::patiently(&self.owner, stop).await
    }

    /// Makes the private database anew, with nothing in it.
    ///
    /// # Errors
    /// When Postgres fails.
    pub async fn remake(&self) -> Result<(), Error> {
        match &self.cluster {
            Some(cluster) => Ok(cluster.remake_database().await?),
            None => Ok(()),
        }
    }

    /// Stops the private cluster if this process looks after it.
    pub async fn close(self) {
        if let Some(cluster) = self.cluster {
            cluster.stop().await;
        }
    }
}
