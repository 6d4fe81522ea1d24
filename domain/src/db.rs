//! The way to Postgres: a transaction is always somebody's.

use chrono::{DateTime, Utc};
use sessions::{Engine, StreamId};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use crate::{Clock, Result, Scope, session::Event};

/// The product's pool, the session engine and the clock. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: PgPool,
    engine: Engine,
    clock: Clock,
}

/// Who the server is in a transaction that belongs to no tenant. Each is a role of its own in Postgres.
#[derive(Clone, Copy, Debug)]
pub enum Office {
    /// Signing in: people, memberships, tokens.
    Auth,
    /// Looking for work that is due in any workspace.
    Jobs,
}

impl Db {
    /// The pool's connections must take the role `throughline_app` when they are made.
    pub fn new(pool: PgPool, engine: Engine, clock: Clock) -> Self {
        Self { pool, engine, clock }
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

    /// A transaction that sees the scope's rows and nothing else.
    pub async fn begin(&self, scope: &Scope) -> Result<Tx> {
        let mut tx = self.pool.begin().await?;
        set_scope(&mut tx, scope).await?;
        Ok(self.wrap(tx))
    }

    /// A transaction of the server's own office, outside all tenants.
    pub async fn begin_as(&self, office: Office) -> Result<Tx> {
        let mut tx = self.pool.begin().await?;
        set_office(&mut tx, office).await?;
        Ok(self.wrap(tx))
    }

    fn wrap(&self, tx: Transaction<'static, Postgres>) -> Tx {
        Tx { tx, engine: self.engine.clone(), now: self.now(), woken: Vec::new() }
    }
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

async fn set_office(conn: &mut PgConnection, office: Office) -> Result<()> {
    let role = match office {
        Office::Auth => "throughline_auth",
        Office::Jobs => "throughline_jobs",
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

/// A transaction: one instant, one scope at a time, and the streams to wake once it is committed.
pub struct Tx {
    tx: Transaction<'static, Postgres>,
    engine: Engine,
    now: DateTime<Utc>,
    woken: Vec<StreamId>,
}

impl Tx {
    /// The instant at which everything in this transaction happens.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The connection, for a query.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Goes on in another scope (sign-up makes the tenant that it then writes for).
    pub async fn enter(&mut self, scope: &Scope) -> Result<()> {
        set_scope(&mut self.tx, scope).await
    }

    /// Goes on as one of the server's offices.
    pub async fn enter_as(&mut self, office: Office) -> Result<()> {
        set_office(&mut self.tx, office).await
    }

    /// Appends events to a stream; they exist if and only if this transaction commits.
    pub async fn append(&mut self, stream: StreamId, events: &[Event]) -> Result<()> {
        let texts: Vec<String> = events.iter().map(Event::to_json).collect();
        sessions::append_in(&mut self.tx, stream, &texts, self.now).await?;
        if !self.woken.contains(&stream) {
            self.woken.push(stream);
        }
        Ok(())
    }

    /// Commits, then wakes whoever follows what was written.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await?;
        self.engine.wake(&self.woken);
        Ok(())
    }
}
