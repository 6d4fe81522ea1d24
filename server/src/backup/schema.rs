//! What Postgres's own catalogue says of the schema: nothing in a backup is listed by hand, so nothing can be forgotten.

use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use super::Error;
use super::archive::{Migration, Sequence};
use crate::database::rights::quoted;

/// Who reads for a backup.
pub const READER: &str = "throughline_backup";

/// A table of the product's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    /// Those that are stored; the others are computed from them.
    pub columns: Vec<String>,
    /// Row-level security binds its owner.
    forced: bool,
    /// [`READER`] sees every row.
    readable: bool,
}

impl Table {
    /// Its name, as SQL writes it.
    pub fn quoted(&self) -> String {
        format!("public.{}", quoted(&self.name))
    }

    /// Its columns, as SQL writes them.
    pub fn list(&self) -> String {
        self.columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
    }
}

/// The product's tables. The list of what was migrated is none of them.
pub async fn tables(connection: &mut PgConnection) -> Result<Vec<Table>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''),
                c.relforcerowsecurity,
                has_table_privilege($1, c.oid, 'SELECT') AND (NOT c.relrowsecurity OR (
                    EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive
                        AND p.polcmd IN ('r', '*') AND $1::regrole = ANY (p.polroles)
                        AND pg_get_expr(p.polqual, p.polrelid) = 'true')
                    AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive
                        AND p.polcmd IN ('r', '*')
                        AND (0 = ANY (p.polroles) OR $1::regrole = ANY (p.polroles)))))
         FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> '_sqlx_migrations'
           AND pg_has_role(current_user, c.relowner, 'USAGE')
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
         GROUP BY c.oid, c.relname ORDER BY c.relname",
    )
    .bind(READER)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Table {
                name: row.try_get(0)?,
                columns: row.try_get::<Option<Vec<String>>, _>(1)?.unwrap_or_default(),
                forced: row.try_get(2)?,
                readable: row.try_get(3)?,
            })
        })
        .collect()
}

/// The names of all tables of the schema, whoever's.
pub async fn table_names(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> '_sqlx_migrations'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
         ORDER BY 1",
    )
    .fetch_all(connection)
    .await
}

/// Lets the reader see tables that have come since the last start, and makes sure that it sees all: a row that it does
/// not see would be missing without a word.
pub async fn admit(connection: &mut PgConnection) -> Result<(), Error> {
    let known = sqlx::query("SELECT 1 WHERE to_regproc('backup_admit') IS NOT NULL");
    if known.fetch_optional(&mut *connection).await?.is_none() {
        return Err(Error::TooOld);
    }
    connection.execute("SELECT backup_admit()").await?;
    let hidden = tables(connection).await?.into_iter().filter(|table| !table.readable);
    let hidden: Vec<String> = hidden.map(|table| table.name).collect();
    if hidden.is_empty() { Ok(()) } else { Err(Error::Hidden(hidden.join(", "))) }
}

/// What was applied, in order; nothing where there is no list of it.
pub async fn migrations(connection: &mut PgConnection) -> Result<Vec<Migration>, sqlx::Error> {
    let known = sqlx::query("SELECT 1 WHERE to_regclass('_sqlx_migrations') IS NOT NULL");
    if known.fetch_optional(&mut *connection).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(
        "SELECT version, encode(checksum, 'hex') FROM _sqlx_migrations WHERE success ORDER BY version",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(Migration { version: row.try_get(0)?, checksum: row.try_get(1)? })).collect()
}

/// How far each sequence has counted.
pub async fn sequences(connection: &mut PgConnection) -> Result<Vec<Sequence>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT sequencename::text, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(Sequence { name: row.try_get(0)?, last: row.try_get(1)? })).collect()
}

/// How values are written and read: the same way on every server.
pub async fn settle(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let settings = "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC';
        SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL client_encoding = 'UTF8';
        SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
    connection.execute(settings).await.map(drop)
}

/// What holds rows back while they are loaded, and the statements that put it there again.
pub struct DroppedConstraints {
    again: Vec<String>,
}

/// Takes away, within a transaction on an install with nothing in it, what would refuse rows that come table by table:
/// foreign keys (the tables name each other in circles), triggers, and row-level security for the owner.
pub async fn loosen(
    connection: &mut PgConnection,
    tables: &[Table],
) -> Result<DroppedConstraints, sqlx::Error> {
    let keys = sqlx::query(
        "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) FROM pg_constraint
         WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0 ORDER BY conname",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut again = Vec::new();
    for key in &keys {
        let (table, name) = (key.try_get::<String, _>(0)?, quoted(&key.try_get::<String, _>(1)?));
        let drop = format!("ALTER TABLE {table} DROP CONSTRAINT {name}");
        connection.execute(AssertSqlSafe(drop)).await?;
        let is = key.try_get::<String, _>(2)?;
        again.push(format!("ALTER TABLE {table} ADD CONSTRAINT {name} {is}"));
    }
    for table in tables {
        let name = table.quoted();
        let open = format!("ALTER TABLE {name} DISABLE TRIGGER USER");
        connection.execute(AssertSqlSafe(open)).await?;
        again.push(format!("ALTER TABLE {name} ENABLE TRIGGER USER"));
        if table.forced {
            let open = format!("ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY");
            connection.execute(AssertSqlSafe(open)).await?;
            again.push(format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"));
        }
    }
    Ok(DroppedConstraints { again })
}

impl DroppedConstraints {
    /// Puts everything back; a row that a foreign key does not allow is refused here.
    pub async fn tighten(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        for statement in self.again {
            connection.execute(AssertSqlSafe(statement)).await?;
        }
        Ok(())
    }
}
