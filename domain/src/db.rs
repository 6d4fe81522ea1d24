//! The way to Postgres: a transaction is always somebody's.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use sessions::{Engine, Offset, StreamId};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool, Postgres, Transaction};
use tokio::time::{Instant, timeout};

use crate::{
    Clock, Error, Result, Scope,
    files::quota::Quota,
    ids::{ClientId, WorkspaceId},
    sealed::Keyring,
    session::Event,
};

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

/// Who the server is in a transaction that belongs to no tenant. Each is a role of its own in Postgres.
#[derive(Clone, Copy, Debug)]
pub enum SystemRole {
    /// Signing in: people, memberships, tokens.
    Auth,
    /// Looking for work that is due in any workspace.
    Jobs,
    /// Writing events anew, which nobody of the product may.
    Sessions,
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
        Ok(self.wrap(tx, Some(scope.clone())))
    }

    /// A transaction of the server's own office, outside all tenants.
    pub async fn begin_as(&self, office: SystemRole) -> Result<Tx> {
        if let Some(joint) = &self.joint {
            let mut tx = joint.take().ok_or_else(broken_off)?;
            tx.enter_as(office).await?;
            tx.joint = Some(joint.clone());
            return Ok(tx);
        }
        let mut tx = begin(&self.pool).await?;
        set_system_role(&mut tx, office).await?;
        Ok(self.wrap(tx, None))
    }

    fn wrap(&self, tx: Transaction<'static, Postgres>, scope: Option<Scope>) -> Tx {
        Tx {
            tx,
            engine: self.engine.clone(),
            clock: self.clock.clone(),
            now: self.now(),
            scope,
            quota: self.quota,
            held: BTreeMap::new(),
            desks: BTreeMap::new(),
            woken: Vec::new(),
            joint: None,
        }
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

async fn set_scope(conn: &mut PgConnection, scope: &Scope) -> Result<()> {
    let client = match (scope.is_wide(), scope.client) {
        (true, _) => "*".to_owned(),
        (false, Some(client)) => client.0.to_string(),
        (false, None) => String::new(),
    };
    sqlx::query(
        "SELECT set_config('role', 'throughline_app', true), set_config('app.workspace_id', $1, true),
                set_config('app.client_id', $2, true), set_config('app.backstage', $3, true)",
    )
    .bind(scope.workspace.0.to_string())
    .bind(client)
    .bind(if scope.is_backstage() { "on" } else { "off" })
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn set_system_role(conn: &mut PgConnection, office: SystemRole) -> Result<()> {
    let role = match office {
        SystemRole::Auth => "throughline_auth",
        SystemRole::Jobs => "throughline_jobs",
        SystemRole::Sessions => "throughline_sessions",
    };
    sqlx::query(
        "SELECT set_config('role', $1, true), set_config('app.workspace_id', '', true),
                set_config('app.client_id', '', true), set_config('app.backstage', 'off', true)",
    )
    .bind(role)
    .execute(conn)
    .await?;
    Ok(())
}

/// A transaction: one instant, one scope at a time, and what it will say in the streams.
///
/// Events wait until the commit and are then appended in the order of the streams' ids, the desk's last: transactions
/// that write to several streams never wait for each other in a circle, and the desk's stream, which all clients of a
/// workspace share, is held for an instant only.
pub struct Tx {
    tx: Transaction<'static, Postgres>,
    engine: Engine,
    clock: Clock,
    now: DateTime<Utc>,
    /// The one that holds now; none for an office.
    scope: Option<Scope>,
    quota: Option<Quota>,
    held: BTreeMap<StreamId, StreamWrites>,
    desks: BTreeMap<StreamId, StreamWrites>,
    woken: Vec<StreamId>,
    /// Where it goes back to instead of being committed.
    joint: Option<Joint>,
}

/// What waits to be done to a stream.
#[derive(Default)]
struct StreamWrites {
    /// Under which its producers are fenced, and which.
    fenced_under: Option<Scope>,
    fences: Vec<(String, u64)>,
    /// Under which the events are appended: the scope of the first.
    scope: Option<Scope>,
    events: Vec<String>,
    /// Events that are written anew: the offset behind each, and its text.
    redacted: Vec<(Offset, String)>,
}

impl Tx {
    /// The instant at which everything in this transaction happens.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// What a client may keep; none where there is no limit.
    pub(crate) fn quota(&self) -> Option<Quota> {
        self.quota
    }

    /// The client of the scope that holds now, where it has one.
    pub(crate) fn client(&self) -> Option<ClientId> {
        self.scope.as_ref().and_then(|scope| scope.client)
    }

    /// Whether it is a part of a larger call, which commits it.
    pub(crate) fn is_joint(&self) -> bool {
        self.joint.is_some()
    }

    /// Reads the clock again once a lock is held: whoever held it meanwhile acted before this transaction does, however
    /// long ago it began. Never earlier than `not_before`, what the row says that another node's clock wrote.
    pub(crate) fn held_since(&mut self, not_before: Option<DateTime<Utc>>) {
        self.now = self.clock.now().max(self.now).max(not_before.unwrap_or(self.now));
    }

    /// The connection, for a query.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Goes on in another scope (sign-up makes the tenant that it then writes for).
    pub async fn enter(&mut self, scope: &Scope) -> Result<()> {
        self.scope = Some(scope.clone());
        set_scope(&mut self.tx, scope).await
    }

    /// Goes on as one of the server's offices.
    pub async fn enter_as(&mut self, office: SystemRole) -> Result<()> {
        self.scope = None;
        set_system_role(&mut self.tx, office).await
    }

    /// Appends events to a stream that the scope sees; they exist if and only if this transaction commits.
    ///
    /// # Errors
    /// None here: whether there is such a stream shows at the commit.
    pub async fn append(&mut self, stream: StreamId, events: &[Event]) -> Result<()> {
        let held = self.held.entry(stream).or_default();
        if held.events.is_empty() {
            held.scope.clone_from(&self.scope);
        }
        held.events.extend(events.iter().map(Event::to_json));
        Ok(())
    }

    /// Writes an event anew where it stands, the one before the offset `behind`, at the commit. That it is the scope's to
    /// change has to be settled before.
    pub(crate) fn redact(&mut self, stream: StreamId, behind: Offset, event: &Event) {
        self.held.entry(stream).or_default().redacted.push((behind, event.to_json()));
    }

    /// Refuses a producer's older epochs on a stream from the commit on. It is the server that does it: a member who
    /// stops a run does not see its backstage.
    pub fn fence(&mut self, stream: StreamId, producer: String, epoch: u64) {
        let held = self.held.entry(stream).or_default();
        held.fenced_under = self.scope.as_ref().map(Scope::by_the_server);
        held.fences.push((producer, epoch));
    }

    /// Appends a hint to the desk's stream, which the scopes of clients and agents do not see.
    pub(crate) fn append_to_desk(&mut self, workspace: WorkspaceId, desk: StreamId, event: &Event) {
        let held = self.desks.entry(desk).or_default();
        held.scope = Some(Scope::system(workspace));
        held.events.push(event.to_json());
    }

    /// Commits, then wakes whoever follows what was written.
    ///
    /// # Errors
    /// [`crate::Error::Sessions`] where a stream is not there, or not the scope's to write to; nothing is stored then.
    pub async fn commit(mut self) -> Result<()> {
        if let Some(joint) = self.joint.take() {
            joint.put(self);
            return Ok(());
        }
        for (stream, held) in std::mem::take(&mut self.held) {
            self.write(stream, held).await?;
        }
        for (stream, held) in std::mem::take(&mut self.desks) {
            self.write(stream, held).await?;
        }
        self.tx.commit().await?;
        self.engine.wake(&self.woken);
        Ok(())
    }

    async fn write(&mut self, stream: StreamId, held: StreamWrites) -> Result<()> {
        if !held.fences.is_empty() {
            self.be(held.fenced_under).await?;
        }
        for (producer, epoch) in held.fences {
            sessions::fence_in(&mut self.tx, stream, &producer, epoch).await?;
        }
        if !held.redacted.is_empty() {
            self.enter_as(SystemRole::Sessions).await?;
        }
        for (behind, text) in held.redacted {
            match sessions::redact_in(&mut self.tx, stream, behind, &text).await {
                // Dropped meanwhile, since it is folded; the fold is not this call's.
                Ok(()) | Err(sessions::Error::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if !held.events.is_empty() {
            self.be(held.scope).await?;
            sessions::append_in(&mut self.tx, stream, &held.events, self.now).await?;
            self.woken.push(stream);
        }
        Ok(())
    }

    /// Enters a scope unless it holds already.
    async fn be(&mut self, scope: Option<Scope>) -> Result<()> {
        match scope {
            Some(scope) if self.scope.as_ref() != Some(&scope) => self.enter(&scope).await,
            _ => Ok(()),
        }
    }
}
