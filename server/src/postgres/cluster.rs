//! The private cluster as the rest of the server sees it.

use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::initdb::OWNER;
use super::lock::Lock;
use super::postmaster::{Postmaster, Recipe};
use super::supervise::supervise;
use super::{Account, Binaries, Error, Folder, initdb};

/// The name of the database inside the cluster.
const DATABASE: &str = "throughline";

/// A running cluster. [`Cluster::stop`] it: a dropped one goes on running, and the next start takes it over.
#[derive(Debug)]
pub struct Cluster {
    socket: PathBuf,
    keeper: Option<Keeper>,
}

/// How the cluster came to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It was started.
    Started,
    /// An earlier server had left it running.
    Adopted,
    /// Another server is looking after it.
    Joined,
}

#[derive(Debug)]
struct Keeper {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Cluster {
    /// Brings up the cluster in the data folder, making it first if need be, and looks after it until it is stopped.
    ///
    /// # Errors
    /// When another server looks after it, Postgres is not installed, or does not start; `stop` ends the wait.
    pub async fn keep(data: &Path, stop: &CancellationToken) -> Result<(Self, Found), Error> {
        let (folder, account) = Folder::open(data)?;
        let lock = Lock::take(&folder)?.ok_or_else(|| Lock::refusal(&folder))?;
        Self::bring_up(folder, account, lock, stop).await
    }

    /// Like [`Cluster::keep`], but uses a cluster that another server looks after where there is one.
    ///
    /// # Errors
    /// As [`Cluster::keep`], without the first.
    pub async fn keep_or_join(data: &Path, stop: &CancellationToken) -> Result<(Self, Found), Error> {
        let (folder, account) = Folder::open(data)?;
        if let Some(lock) = Lock::take(&folder)? {
            return Self::bring_up(folder, account, lock, stop).await;
        }
        match Postmaster::adopt(&folder.cluster(), stop).await {
            Some((_, socket)) => Ok((Self { socket, keeper: None }, Found::Joined)),
            None => Err(Lock::refusal(&folder)),
        }
    }

    async fn bring_up(
        folder: Folder,
        account: Account,
        lock: Lock,
        stop: &CancellationToken,
    ) -> Result<(Self, Found), Error> {
        let binaries = Binaries::find(&account, &folder.cluster())?;
        if !folder.has_cluster() {
            tracing::info!(version = binaries.version, folder = %folder.path().display(), "making the private database");
            initdb::make(&folder, &account, &binaries).await?;
        }
        let (postmaster, recipe, found) = match Postmaster::adopt(&folder.cluster(), stop).await {
            Some((postmaster, socket)) => {
                (postmaster, Recipe { folder, account, binaries, socket }, Found::Adopted)
            }
            None => {
                let socket = folder.socket(&account)?;
                let recipe = Recipe { folder, account, binaries, socket };
                (recipe.start(stop).await?, recipe, Found::Started)
            }
        };
        tracing::info!(version = recipe.binaries.version, ?found, "the private database is running");
        let (socket, stop) = (recipe.socket.clone(), CancellationToken::new());
        let task = tokio::spawn(supervise(recipe, postmaster, stop.clone(), lock));
        let cluster = Self { socket, keeper: Some(Keeper { stop, task }) };
        match cluster.ensure_database().await {
            Ok(()) => Ok((cluster, found)),
            Err(reason) => {
                cluster.stop().await;
                Err(reason.into())
            }
        }
    }

    /// How to connect to the product's database as its owner.
    pub fn options(&self) -> PgConnectOptions {
        // Everything is said here: neither a password file nor PG* variables may lead elsewhere.
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket)
            .port(5432)
            .username(OWNER)
            .database(DATABASE)
            .ssl_mode(PgSslMode::Disable)
    }

    /// Stops Postgres if it is ours to stop, and returns when it has ended.
    pub async fn stop(self) {
        if let Some(keeper) = self.keeper {
            keeper.stop.cancel();
            // It fails only if the task panicked, and then there is nothing left to wait for.
            let _ = keeper.task.await;
        }
    }

    /// Throws the database away and makes it anew: for one that nobody uses yet.
    ///
    /// # Errors
    /// When Postgres fails.
    pub async fn remake_database(&self) -> Result<(), sqlx::Error> {
        let mut connection = self.options().database("postgres").connect().await?;
        sqlx::query(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")))
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        self.ensure_database().await
    }

    async fn ensure_database(&self) -> Result<(), sqlx::Error> {
        let mut connection = self.options().database("postgres").connect().await?;
        let known = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1").bind(DATABASE);
        if known.fetch_optional(&mut connection).await?.is_none() {
            sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {DATABASE}")))
                .execute(&mut connection)
                .await?;
        }
        connection.close().await
    }
}
