//! The way to Postgres: a transaction is always somebody's.

mod role;
mod tx;

use std::{
    io::ErrorKind,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use sessions::Engine;
use sqlx::{ConnectOptions, Connection, PgPool, Postgres, Transaction};
use tokio::time::{Instant, timeout};

pub use role::SystemRole;
use role::set_scope;
pub(crate) use role::set_system_role;
pub use tx::Tx;

use crate::{Clock, Error, Result, Scope, files::quota::Quota, sealed::Keyring};

/// A time that took longer to come is none.
const LATE: TimeDelta = TimeDelta::seconds(2);

/// The product's pool, the session engine and the clock. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: PgPool,
    engine: Engine,
    clock: Clock,
    keyring: Option<Arc<KeyringSource>>,
    /// What a client may keep; none where there is no limit.
    quota: Option<Quota>,
    /// The transaction that every call on this handle goes into, where there is one.
    joint: Option<Joint>,
}

/// Where the master keys come from, anew for each secret: they may be replaced while the server runs.
type KeyringSource = dyn Fn() -> Result<Keyring> + Send + Sync;

/// A transaction that calls take in turns: what each would commit is committed with it, or not at all.
#[derive(Clone)]
pub(crate) struct Joint(Arc<Mutex<Option<Box<Tx>>>>);

impl Joint {
    fn put(&self, tx: Tx) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(tx));
    }

    /// The transaction, for whoever began it. None where a call gave up on the way: then all is undone.
    pub(crate) fn take(&self) -> Option<Tx> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().map(|tx| *tx)
    }
}

impl Db {
    /// The pool's connections must take the role `throughline_app` when they are made.
    pub fn new(pool: PgPool, engine: Engine, clock: Clock) -> Self {
        Self { pool, engine, clock, keyring: None, quota: None, joint: None }
    }

    /// The same with the master keys under which secrets are sealed.
    pub fn with_keyring(self, keyring: Keyring) -> Self {
        self.with_keyring_from(move || Ok(keyring.clone()))
    }

    /// The same with master keys that are asked for each time.
    pub fn with_keyring_from(self, source: impl Fn() -> Result<Keyring> + Send + Sync + 'static) -> Self {
        Self { keyring: Some(Arc::new(source)), ..self }
    }

    /// The same where a client may keep only so much.
    pub fn with_quota(self, quota: Option<Quota>) -> Self {
        Self { quota, ..self }
    }

    /// What a client may keep; none where there is no limit.
    pub fn quota(&self) -> Option<Quota> {
        self.quota
    }

    /// The master keys.
    ///
    /// # Errors
    /// [`Error::Broken`] where the program was started without any, or they are no more.
    pub fn keyring(&self) -> Result<Keyring> {
        let none = || Error::Broken("there is no master key to seal secrets under".into());
        self.keyring.as_deref().ok_or_else(none)?()
    }

    /// The same database within one transaction: calls on the handle, one after another, begin and commit nothing by
    /// themselves. A call that fails undoes all of it.
    pub(crate) fn joined(&self, tx: Tx) -> (Self, Joint) {
        let joint = Joint(Arc::default());
        joint.put(tx);
        (Self { joint: Some(joint.clone()), ..self.clone() }, joint)
    }

    /// The same database under another clock: the demo's past.
    pub(crate) fn with_clock(&self, clock: Clock) -> Self {
        Self { clock, ..self.clone() }
    }

    /// The session engine, for reading and following; whoever calls has settled who may.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The clock that every rule reads.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Whether the database answers.
    pub async fn answers(&self) -> bool {
        sqlx::query("SELECT 1").execute(&self.pool).await.is_ok()
    }

    /// Whether the database says anything within so long. It is asked over a connection of its own, since all of the
    /// pool's may be waiting for it. A refusal is an answer as well: whoever waits is told of it by what they wait for.
    pub async fn speaks_within(&self, patience: Duration) -> bool {
        let asking = async {
            let mut conn = self.pool.connect_options().connect().await?;
            conn.ping().await?;
            conn.close().await
        };
        match timeout(patience, asking).await {
            // So many have knocked, and nobody opens.
            Ok(Err(sqlx::Error::Io(error))) => error.kind() != ErrorKind::WouldBlock,
            answer => answer.is_ok(),
        }
    }

    /// Has the clock go by the database's, so that all nodes have the same time whatever their machines' clocks show.
    /// Answers how far it was behind.
    ///
    /// # Errors
    /// The database's.
    pub async fn follow_time(&self) -> Result<TimeDelta> {
        let mut conn = self.pool.acquire().await?;
        let asked = Instant::now();
        let told: DateTime<Utc> =
            sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&mut *conn).await?;
        let took = TimeDelta::from_std(asked.elapsed()).unwrap_or(TimeDelta::MAX);
        // When it looked at its clock is not known more closely than the way there and back.
        if took > LATE {
            return Ok(TimeDelta::zero());
        }
        Ok(self.clock.follow(told + took / 2, took))
    }

    /// A transaction that sees the scope's rows and nothing else.
    pub async fn begin(&self, scope: &Scope) -> Result<Tx> {
        if let Some(joint) = &self.joint {
            let mut tx = joint.take().ok_or_else(broken_off)?;
            tx.enter(scope).await?;
            tx.joint = Some(joint.clone());
            return Ok(tx);
        }
        let mut tx = begin(&self.pool).await?;
        set_scope(&mut tx, scope).await?;
        Ok(Tx::new(self, tx, Some(scope.clone())))
    }

    /// A transaction of the server itself in one of its roles, outside all tenants.
    pub async fn begin_as(&self, role: SystemRole) -> Result<Tx> {
        if let Some(joint) = &self.joint {
            let mut tx = joint.take().ok_or_else(broken_off)?;
            tx.enter_as(role).await?;
            tx.joint = Some(joint.clone());
            return Ok(tx);
        }
        let mut tx = begin(&self.pool).await?;
        set_system_role(&mut tx, role).await?;
        Ok(Tx::new(self, tx, None))
    }
}

/// Begins in a task of its own once there is a connection. Whoever gives up while Postgres answers would otherwise hand
/// the pool a connection that is within a transaction and does not know of it.
async fn begin(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    let conn = pool.acquire().await?;
    match tokio::spawn(Transaction::begin(conn, None)).await {
        Ok(begun) => begun,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime stops, and the pool with it.
            Err(_) => Err(sqlx::Error::PoolClosed),
        },
    }
}

fn broken_off() -> Error {
    Error::Broken("a call within a joint transaction did not give it back".to_owned())
}

/// One row was to change and one has.
pub(crate) fn one_row(affected: u64) -> Result<()> {
    if affected == 1 {
        Ok(())
    } else {
        Err(Error::Broken(format!("{affected} rows changed where one was to")))
    }
}
