//! Bringing the schema up to date, and telling how far it is.

use sqlx::migrate::{Migrate, MigrateError, Migration, Migrator};
use sqlx::{AssertSqlSafe, PgConnection, SqlSafeStr};

use super::rights::{self, RoleSetup};
use super::{Error, MIGRATIONS, ahead};

/// It makes the roles, which an ordinary owner has already or may not make.
const ROLES_ARE_MADE_BY: i64 = 20_261_123_000_100;

/// How far a database is, compared with this binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Every migration of this binary is applied and none besides.
    Current,
    /// So many are still to be applied; the server does that when it starts.
    Behind(usize),
    /// It knows a migration that this binary does not.
    Ahead(i64),
}

/// Applies what is missing. Servers that start together take turns by an advisory lock.
pub(super) async fn run(connection: &mut PgConnection) -> Result<(), Error> {
    run_only(connection, |_| true).await
}

/// The same with these migrations and no others: the schema as it was when a backup was made.
///
/// # Errors
/// As a start of the server does.
pub async fn run_only(connection: &mut PgConnection, wanted: impl Fn(i64) -> bool) -> Result<(), Error> {
    let roles = match rights::prepare(connection).await? {
        RoleSetup::Superuser => Roles::Made,
        RoleSetup::Roles => Roles::Standing,
        RoleSetup::Lacking(missing) => return Err(Error::Rights(missing)),
    };
    let newer = ahead::check(connection).await?;
    let mut migrator = migrator(&roles, wanted);
    migrator.set_ignore_missing(newer);
    migrator.run(&mut *connection).await.map_err(|reason| match reason {
        MigrateError::VersionMissing(version) => Error::Newer(version),
        MigrateError::VersionMismatch(version) => Error::Edited(version),
        MigrateError::ExecuteMigration(source, version) => Error::Migration { version, source },
        other => Error::Migrate(other),
    })?;
    admit_backup(connection).await?;
    Ok(())
}

/// Whose work the roles are.
enum Roles {
    /// The migrations make them.
    Made,
    /// They are there, and nothing may be granted any more.
    Standing,
}

fn migrator(roles: &Roles, wanted: impl Fn(i64) -> bool) -> Migrator {
    let wanted = MIGRATIONS.iter().filter(|migration| wanted(migration.version));
    Migrator::with_migrations(
        wanted
            .map(|migration| match roles {
                Roles::Standing if migration.version == ROLES_ARE_MADE_BY => with_standing_roles(migration),
                _ => migration.clone(),
            })
            .collect(),
    )
}

/// The same migration without its first block, which creates roles and grants them even where they are there: Postgres
/// refuses that to an ordinary owner. What the block does besides is done.
fn with_standing_roles(first: &Migration) -> Migration {
    const END: &str = "END $$;";
    let text = first.sql.as_str();
    let rest = text.find(END).map_or(text, |at| &text[at + END.len()..]);
    let sql = format!("GRANT USAGE ON SCHEMA public TO {};{rest}", rights::ROLES.join(", "));
    Migration { sql: AssertSqlSafe(sql).into_sql_str(), ..first.clone() }
}

/// Lets the backup read the tables that have come since: one that it cannot read would be missing from it.
async fn admit_backup(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let known = sqlx::query("SELECT 1 WHERE to_regproc('backup_admit') IS NOT NULL");
    if known.fetch_optional(&mut *connection).await?.is_some() {
        sqlx::query("SELECT backup_admit()").execute(connection).await?;
    }
    Ok(())
}

/// Looks without changing anything.
///
/// # Errors
/// When the database fails.
pub async fn state(connection: &mut PgConnection) -> Result<State, MigrateError> {
    let known = sqlx::query("SELECT 1 WHERE to_regclass('_sqlx_migrations') IS NOT NULL");
    if known.fetch_optional(&mut *connection).await?.is_none() {
        return Ok(State::Behind(MIGRATIONS.iter().count()));
    }
    let applied = connection.list_applied_migrations("_sqlx_migrations").await?;
    if let Some(unknown) = applied.iter().find(|applied| !MIGRATIONS.version_exists(applied.version)) {
        return Ok(State::Ahead(unknown.version));
    }
    match MIGRATIONS.iter().count() - applied.len() {
        0 => Ok(State::Current),
        missing => Ok(State::Behind(missing)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_roles_are_left_out() {
        let first = MIGRATIONS.iter().find(|migration| migration.version == ROLES_ARE_MADE_BY).unwrap();
        assert!(first.sql.as_str().contains("CREATE ROLE"));
        let without = with_standing_roles(first);
        let text = without.sql.as_str();
        assert!(!text.contains("CREATE ROLE") && !text.contains("GRANT %I"), "{text}");
        assert!(text.contains("GRANT USAGE") && text.contains("CREATE FUNCTION scope_workspace"), "{text}");
        assert_eq!(without.checksum, first.checksum, "it counts as the same");
    }

    #[test]
    fn every_role_of_the_migrations_is_prepared() {
        let all: String = MIGRATIONS.iter().map(|migration| migration.sql.as_str()).collect();
        let named = all.match_indices("throughline_").map(|(at, _)| {
            let name = &all[at..];
            &name[..name.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(name.len())]
        });
        let unknown: Vec<&str> = named.filter(|name| !rights::ROLES.contains(name)).collect();
        assert!(unknown.is_empty(), "add to rights::ROLES: {unknown:?}");
    }
}
