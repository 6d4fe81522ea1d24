//! Why there is no database, in words that say what to do.

use super::rights::MissingRights;
use crate::postgres;
use crate::settings::NoHome;

/// What can go wrong before the first query.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The private cluster is not there.
    #[error(transparent)]
    Cluster(#[from] postgres::Error),
    /// There is no place for a private cluster.
    #[error(transparent)]
    Home(#[from] NoHome),
    /// The setting is no address of a Postgres. Its text stays out of the message: it may hold a password.
    #[error("DATABASE_URL is not an address of a Postgres; write postgres://user:password@host/database")]
    Address,
    /// Nobody answered for as long as we wait.
    #[error(
        "the database at {place} did not answer for {seconds} seconds. Start it, or correct DATABASE_URL"
    )]
    Unreachable {
        /// Host and database.
        place: String,
        /// How long we tried.
        seconds: u64,
        /// The last attempt's failure.
        source: sqlx::Error,
    },
    /// It answered, and refused.
    #[error(
        "the database at {place} refused the connection. Check the user, the password and the database's name in DATABASE_URL"
    )]
    Refused {
        /// Host and database.
        place: String,
        /// What it said.
        source: sqlx::Error,
    },
    /// Something newer was here before, and took away what this version uses.
    #[error(
        "the database was migrated by a newer version of throughline (its migration {0} is unknown here). Start that version"
    )]
    Newer(i64),
    /// The file of an applied migration was edited.
    #[error(
        "migration {0} was changed after it had been applied to this database. Restore its file, and put the change into a migration of its own"
    )]
    Edited(i64),
    /// What is there is not to be served.
    #[error("{}", closed(.0))]
    Closed(domain::backup::ClosedReason),
    /// The product could not be asked.
    #[error("the database failed")]
    Domain(#[from] domain::Error),
    /// The owner may not do what the migrations do.
    #[error("{0}")]
    Rights(MissingRights),
    /// A migration failed; it was rolled back.
    #[error("migration {version} failed and was rolled back{}", advice(source))]
    Migration {
        /// Which one.
        version: i64,
        /// What Postgres said.
        source: sqlx::Error,
    },
    /// The migrations could not be run at all.
    #[error("the database could not be brought up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// The owner cannot become one of the roles.
    #[error(
        "the database's user cannot take the role {role}. Run `GRANT {role} TO` that user as a superuser"
    )]
    Role {
        /// The role.
        role: &'static str,
        /// What Postgres said.
        source: sqlx::Error,
    },
    /// Told to stop while waiting.
    #[error("stopped before the database was ready")]
    Interrupted,
    /// Anything else that Postgres says.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
}

/// What to do about an install that is closed.
pub fn closed(why: &domain::backup::ClosedReason) -> String {
    use domain::backup::ClosedReason;
    match why {
        ClosedReason::Restoring(of) => format!(
            "a restore of the backup {of} into this install was broken off, so it is not whole. Run `throughline restore` again"
        ),
        ClosedReason::Moved(to) => format!(
            "this install was moved to {to}, and what is here is old. Set DATABASE_URL to that database; to go on here instead, \
             and give up what happened there, run `throughline move --undo`"
        ),
    }
}

/// 42501: insufficient privilege.
fn advice(reason: &sqlx::Error) -> &'static str {
    let refused = reason.as_database_error().is_some_and(|said| said.code().as_deref() == Some("42501"));
    if refused {
        ". The database's user may not do that; `throughline migrate --print-roles` prints what a superuser runs to allow it"
    } else {
        ""
    }
}

impl Error {
    /// Whether nothing went wrong, but somebody asked the process to stop.
    pub fn is_interruption(&self) -> bool {
        matches!(self, Self::Interrupted | Self::Cluster(postgres::Error::Interrupted))
    }
}
