//! From a running install to a backup: one snapshot of the database, then the files that its rows name. Files are never
//! written over, so those that are read later are the ones of the snapshot.

use std::io::Write;

use chrono::{DateTime, Utc};
use domain::backup::{self, NamedFile};
use domain::files::store::{self, Key, Store};
use domain::sealed::WrappedKeys;
use flate2::{Compression, write::GzEncoder};
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::Error;
use super::archive::{Draft, Files, Manifest, ManifestTable};
use super::schema;

/// How many bytes of rows are packed together: what a restore holds in memory at a time.
const PIECE: usize = 4 << 20;

/// Writes everything into the draft. Without a store the files stay out.
///
/// # Errors
/// When the database or the disk fails, or a table cannot be read whole.
pub async fn dump(
    connection: &mut PgConnection,
    files: Option<&Store>,
    key: Option<WrappedKeys>,
    draft: &mut Draft,
) -> Result<Manifest, Error> {
    if let Some(why) = backup::closed_by(connection).await? {
        return Err(Error::Closed(why));
    }
    schema::admit(connection).await?;
    let (mut manifest, named) = rows(connection, draft).await?;
    manifest.key = key;
    if let Some(store) = files {
        manifest.files = self::files(connection, store, &named, draft).await?;
    }
    Ok(manifest)
}

async fn rows(connection: &mut PgConnection, draft: &mut Draft) -> Result<(Manifest, Vec<NamedFile>), Error> {
    // One snapshot for all tables: what commits while they are read is in none of them.
    let mut tx = connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    schema::settle(&mut tx).await?;
    let (made_at, postgres) = sqlx::query_as::<_, (DateTime<Utc>, i32)>(
        "SELECT now(), current_setting('server_version_num')::integer",
    )
    .fetch_one(&mut *tx)
    .await?;
    let migrations = schema::migrations(&mut tx).await?;
    let sequences = schema::sequences(&mut tx).await?;
    let all = schema::tables(&mut tx).await?;
    tx.execute(AssertSqlSafe(format!("SET LOCAL ROLE {}", schema::READER))).await?;
    let mut tables = Vec::with_capacity(all.len());
    for table in &all {
        tables.push(self::table(&mut tx, table, draft).await?);
    }
    let named = backup::files_by(&mut tx).await?;
    tx.commit().await?;
    let manifest = Manifest {
        format: 1,
        product: "throughline".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        made_at,
        postgres,
        migrations,
        tables,
        sequences,
        files: Files::default(),
        key: None,
        members: Vec::new(),
    };
    Ok((manifest, named))
}

async fn table(
    connection: &mut PgConnection,
    table: &schema::Table,
    draft: &mut Draft,
) -> Result<ManifestTable, Error> {
    let mut pieces = Pieces { table: table.name.clone(), held: Vec::new(), rows: 0, members: Vec::new() };
    let copy = format!("COPY {} ({}) TO STDOUT", table.quoted(), table.list());
    let mut out = connection.copy_out_raw(&copy).await?;
    while let Some(row) = out.try_next().await? {
        pieces.add(&row, draft)?;
    }
    pieces.put(draft)?;
    Ok(ManifestTable {
        name: pieces.table,
        columns: table.columns.clone(),
        rows: pieces.rows,
        members: pieces.members,
    })
}

/// A table's rows on their way into the backup.
struct Pieces {
    table: String,
    held: Vec<u8>,
    rows: u64,
    members: Vec<String>,
}

impl Pieces {
    /// A line break within a value is written as two signs, so each that is seen ends a row.
    fn add(&mut self, row: &[u8], draft: &mut Draft) -> Result<(), Error> {
        self.rows += row.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.held.extend_from_slice(row);
        if self.held.len() >= PIECE && self.held.ends_with(b"\n") { self.put(draft) } else { Ok(()) }
    }

    fn put(&mut self, draft: &mut Draft) -> Result<(), Error> {
        if self.held.is_empty() {
            return Ok(());
        }
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&self.held)?;
        let name = format!("tables/{}/{:06}.gz", self.table, self.members.len() + 1);
        draft.put(&name, &packed.finish()?)?;
        self.members.push(name);
        self.held.clear();
        Ok(())
    }
}

async fn files(
    connection: &mut PgConnection,
    store: &Store,
    named: &[NamedFile],
    draft: &mut Draft,
) -> Result<Files, Error> {
    let mut files = Files { included: true, ..Files::default() };
    for file in named {
        match content(store, file).await {
            Ok(bytes) => {
                draft.put(&member(file), &bytes)?;
                files.count += 1;
                files.bytes += bytes.len() as u64;
            }
            Err(store::Error::Missing(_) | store::Error::Damaged { .. })
                if !is_named(connection, file).await? => {}
            Err(store::Error::Missing(_) | store::Error::Damaged { .. }) => files.missing.push(member(file)),
            Err(away) => return Err(away.into()),
        }
    }
    Ok(files)
}

/// Whether anything still names it: what was erased since the snapshot is gone by right.
async fn is_named(connection: &mut PgConnection, file: &NamedFile) -> Result<bool, Error> {
    let mut tx = connection.begin().await?;
    tx.execute(AssertSqlSafe(format!("SET LOCAL ROLE {}", schema::READER))).await?;
    let named = backup::files_by(&mut tx).await?;
    tx.commit().await?;
    Ok(named.contains(file))
}

async fn content(store: &Store, file: &NamedFile) -> store::Result<Vec<u8>> {
    let key = Key::content(file.workspace, &file.sha256)?;
    let found = store.get(&key).await?;
    let bytes = found.pieces.try_fold(Vec::new(), |mut bytes, piece| async move {
        bytes.extend_from_slice(&piece);
        Ok(bytes)
    });
    let bytes = bytes.await?;
    let length = bytes.len() as u64;
    if length == file.bytes {
        Ok(bytes)
    } else {
        Err(store::Error::Damaged { key, found: length, wanted: file.bytes })
    }
}

/// What a file is called in a backup.
fn member(file: &NamedFile) -> String {
    format!("files/{}/{}", file.workspace, file.sha256)
}
