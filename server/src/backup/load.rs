//! From a backup to an install: the schema as it was, the rows in one transaction, the newest schema.

use std::collections::BTreeSet;
use std::path::Path;

use domain::backup::{self, ClosedReason};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::archive::{Archive, Manifest};
use super::{Error, schema};
use crate::database::rights::quoted;
use crate::database::{self, MIGRATIONS};

/// What a server writes before anybody does anything: its own keys, counters, browsers that looked in.
const BESIDE: [&str; 4] = ["install", "rate_limit", "sign_in", "stream_signing_key"];

/// What a database is to a backup that is to go in.
#[derive(Debug, PartialEq, Eq)]
pub enum RestoreTarget {
    /// Nothing is there, or what an earlier try left.
    Ready,
    /// There is a schema of ours that the backup's does not follow from, and nobody uses it.
    Migrated,
}

/// Whether this version knows every migration of the backup.
///
/// # Errors
/// [`Error::Newer`]
pub fn check_version(manifest: &Manifest) -> Result<(), Error> {
    let known = |wanted: &super::archive::Migration| {
        MIGRATIONS.iter().any(|migration| {
            let checksum: String = migration.checksum.iter().map(|byte| format!("{byte:02x}")).collect();
            migration.version == wanted.version && checksum == wanted.checksum
        })
    };
    match manifest.migrations.iter().find(|migration| !known(migration)) {
        Some(unknown) => Err(Error::Newer { version: manifest.version.clone(), migration: unknown.version }),
        None => Ok(()),
    }
}

/// Looks at the database without changing anything.
///
/// # Errors
/// [`Error::Occupied`] and [`Error::InUse`] where a restore would be over something.
pub async fn look(connection: &mut PgConnection, manifest: &Manifest) -> Result<RestoreTarget, Error> {
    let applied = schema::migrations(connection).await?;
    let tables = schema::table_names(connection).await?;
    if applied.is_empty() {
        return if tables.is_empty() {
            Ok(RestoreTarget::Ready)
        } else {
            Err(Error::Foreign(tables.join(", ")))
        };
    }
    if let Some(table) = occupied(connection).await? {
        return Err(Error::Occupied(table));
    }
    let serving = sqlx::query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
         AND application_name IN ('throughline_app', 'throughline_sessions')",
    );
    if serving.fetch_optional(&mut *connection).await?.is_some() {
        return Err(Error::InUse);
    }
    let wanted: BTreeSet<i64> = manifest.migrations.iter().map(|migration| migration.version).collect();
    let fits = applied.iter().all(|migration| wanted.contains(&migration.version));
    Ok(if fits { RestoreTarget::Ready } else { RestoreTarget::Migrated })
}

/// A table in which somebody's rows are.
async fn occupied(connection: &mut PgConnection) -> Result<Option<String>, Error> {
    let mut tx = connection.begin().await?;
    let reads = sqlx::query("SELECT 1 FROM pg_roles WHERE rolname = $1").bind(schema::READER);
    let mut found = None;
    if reads.fetch_optional(&mut *tx).await?.is_some() {
        // Lets the reader see what has come since the last start, until the end of the look.
        match schema::admit(&mut tx).await {
            // An older schema, whose tables the role was let into as they were made.
            Err(Error::TooOld) | Ok(()) => {}
            Err(other) => return Err(other),
        }
        let tables = schema::tables(&mut tx).await?;
        // Row-level security hides everything from the owner.
        tx.execute(AssertSqlSafe(format!("SET LOCAL ROLE {}", schema::READER))).await?;
        found = first_with_rows(&mut tx, &tables).await?;
    }
    tx.rollback().await?;
    Ok(found)
}

async fn first_with_rows(
    connection: &mut PgConnection,
    tables: &[schema::Table],
) -> Result<Option<String>, Error> {
    for table in tables.iter().filter(|table| !BESIDE.contains(&table.name.as_str())) {
        let look = format!("SELECT 1 FROM {} LIMIT 1", table.quoted());
        if sqlx::query(AssertSqlSafe(look)).fetch_optional(&mut *connection).await?.is_some() {
            return Ok(Some(table.name.clone()));
        }
    }
    Ok(None)
}

/// Makes the schema of the backup, and marks the install as one that is being restored.
///
/// # Errors
/// When the owner may not, or the database fails.
pub async fn begin(connection: &mut PgConnection, manifest: &Manifest, file: &Path) -> Result<(), Error> {
    let wanted: BTreeSet<i64> = manifest.migrations.iter().map(|migration| migration.version).collect();
    database::run_only(connection, |version| wanted.contains(&version)).await?;
    backup::close_by(connection, &ClosedReason::Restoring(file.display().to_string())).await?;
    Ok(())
}

/// Loads all rows in one transaction, and brings the schema up to date.
///
/// # Errors
/// When a row does not fit, or the database fails: then none is there.
pub async fn load(connection: &mut PgConnection, archive: &mut Archive) -> Result<(), Error> {
    let manifest = archive.manifest().clone();
    let mut tx = connection.begin().await?;
    schema::settle(&mut tx).await?;
    let tables = schema::tables(&mut tx).await?;
    let loosened = schema::loosen(&mut tx, &tables).await?;
    if let Some(table) = first_with_rows(&mut tx, &tables).await? {
        return Err(Error::Occupied(table));
    }
    let all: Vec<String> = tables.iter().map(schema::Table::quoted).collect();
    tx.execute(AssertSqlSafe(format!("TRUNCATE {}", all.join(", ")))).await?;
    for table in &manifest.tables {
        let here = tables.iter().find(|here| here.name == table.name);
        let here = here.ok_or_else(|| Error::Unfit(format!("there is no table {}", table.name)))?;
        let columns: Vec<String> = table.columns.iter().map(|name| quoted(name)).collect();
        let copy = format!("COPY {} ({}) FROM STDIN", here.quoted(), columns.join(", "));
        let mut rows = 0;
        for member in &table.members {
            let lines = archive.rows(member)?;
            let mut into = tx.copy_in_raw(&copy).await?;
            into.send(lines).await?;
            rows += into.finish().await?;
        }
        if rows != table.rows {
            return Err(Error::Unfit(format!("{} took {rows} rows of {}", table.name, table.rows)));
        }
    }
    for sequence in manifest.sequences.iter().filter(|sequence| sequence.last.is_some()) {
        sqlx::query("SELECT setval($1::regclass, $2)")
            .bind(format!("public.{}", quoted(&sequence.name)))
            .bind(sequence.last)
            .execute(&mut *tx)
            .await?;
    }
    loosened.tighten(&mut tx).await?;
    backup::open_by(&mut tx).await?;
    tx.commit().await?;
    database::run_only(connection, |_| true).await?;
    connection.execute("ANALYZE").await?;
    Ok(())
}
