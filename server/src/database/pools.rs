//! Pools whose every connection has given up the owner's rights.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};

use super::Error;

/// How long a request waits for a connection before it is told to come back.
const ACQUIRE: Duration = Duration::from_secs(5);
/// A connection that rested longer is asked whether it is still there; a busy one need not pay for that.
const RESTED: Duration = Duration::from_secs(1);

/// Who a connection is to Postgres. The migrations make these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseRole {
    /// The product: pages and actions.
    App,
    /// The session engine.
    Sessions,
}

impl DatabaseRole {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::App, Self::Sessions];

    /// Its name in Postgres.
    pub const fn name(self) -> &'static str {
        match self {
            Self::App => "throughline_app",
            Self::Sessions => "throughline_sessions",
        }
    }

    /// Makes a connection this role, with limits: no statement may hold a page or a lock for long.
    ///
    /// # Errors
    /// When the connection's user is not a member of the role.
    pub async fn take(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let role = self.name();
        let become_role = format!(
            "SET ROLE {role}; SET statement_timeout = '15s'; SET idle_in_transaction_session_timeout = '30s'"
        );
        connection.execute(AssertSqlSafe(become_role)).await.map(|_| ())
    }
}

/// Opens a pool and one connection in it, to know that it works.
pub(super) async fn open(
    owner: &PgConnectOptions,
    role: DatabaseRole,
    connections: u32,
) -> Result<PgPool, Error> {
    let options = owner.clone().application_name(role.name());
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(2)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |connection, _| Box::pin(role.take(connection)))
        .connect_with(options)
        .await;
    pool.map_err(|source| match &source {
        // 42501: insufficient privilege; 22023: no such role.
        sqlx::Error::Database(said) if matches!(said.code().as_deref(), Some("42501" | "22023")) => {
            Error::Role { role: role.name(), source }
        }
        _ => Error::Sql(source),
    })
}
