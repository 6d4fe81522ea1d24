//! What is in a client's download.

mod bills;
mod conversation;
mod notes;
mod people;
mod readme;
mod requests;
mod times;

use std::io::Write;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures::TryStreamExt;

use super::{claim::Claim, names::Names, progress::ExportProgress, zip::Zip};
use crate::{
    Db, Result, Scope, calendar,
    files::{
        File,
        store::{self, Key, Store},
    },
    format::Format,
    workspaces::queries::format_in,
};
use times::Times;

/// What a download is made with.
struct Packing<'a, W> {
    db: &'a Db,
    store: &'a Store,
    claim: &'a Claim,
    /// An owner of the client: nothing is read under another scope.
    reader: Scope,
    zip: &'a mut Zip<W>,
    names: Names,
    progress: ExportProgress,
    times: Times,
    /// Files whose bytes could not be had.
    missing: Vec<String>,
}

/// When it is made, and how its texts say times.
pub(super) async fn frame(db: &Db, claim: &Claim) -> Result<(DateTime<Utc>, Format)> {
    let mut tx = db.begin(&claim.scope()).await?;
    let now = tx.now();
    let own = format_in(&mut tx, claim.workspace).await?;
    let zone = sqlx::query_scalar!(
        "SELECT zone FROM client_export WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        claim.workspace.0,
        claim.client.0,
        claim.export.0,
    )
    .fetch_one(tx.conn())
    .await?;
    tx.commit().await?;
    Ok((now, own.within(calendar::zone(&zone).unwrap_or(Tz::UTC))))
}

/// Writes everything.
pub(super) async fn write<W: Write + Send + 'static>(
    db: &Db,
    store: &Store,
    claim: &Claim,
    zip: &mut Zip<W>,
) -> Result<()> {
    let (now, format) = frame(db, claim).await?;
    let reader = claim.reader();
    let total = total(db, &reader, claim).await?;
    let mut packing = Packing {
        db,
        store,
        claim,
        reader,
        zip,
        names: Names::default(),
        progress: ExportProgress::begin(db, claim, total).await?,
        times: Times { format, now },
        missing: Vec::new(),
    };
    requests::write(&mut packing).await?;
    requests::loose_files(&mut packing).await?;
    notes::write(&mut packing).await?;
    bills::write(&mut packing).await?;
    people::write(&mut packing).await?;
    readme::write(&mut packing).await
}

/// How many entries there are, about: what is added meanwhile is packed as well.
async fn total(db: &Db, reader: &Scope, claim: &Claim) -> Result<u32> {
    let mut tx = db.begin(reader).await?;
    let total = sqlx::query_scalar!(
        r#"SELECT (SELECT count(*) FROM request WHERE workspace_id = $1 AND client_id = $2)
             + (SELECT count(*) FROM file WHERE workspace_id = $1 AND client_id = $2)
             + (SELECT count(*) FROM deliverable_version WHERE workspace_id = $1 AND client_id = $2 AND file_id IS NULL)
             + (SELECT count(*) FROM note WHERE workspace_id = $1 AND client_id = $2)
             + (SELECT count(*) FROM invoice WHERE workspace_id = $1 AND client_id = $2 AND state <> 'draft')
             + (SELECT count(*) FROM credit_note WHERE workspace_id = $1 AND client_id = $2)
             + 1 AS "total!""#,
        claim.workspace.0,
        claim.client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(u32::try_from(total).unwrap_or(u32::MAX))
}

impl<W: Write + Send + 'static> Packing<'_, W> {
    /// A text of its own.
    async fn text(&mut self, path: &str, text: String) -> Result<()> {
        self.zip.text(path, text).await
    }

    /// A value as JSON that people can read, too.
    async fn json(&mut self, path: &str, value: &serde_json::Value) -> Result<()> {
        self.text(path, format!("{value:#}\n")).await
    }

    /// The bytes of a file, as they were brought.
    async fn file(&mut self, path: &str, file: &File) -> Result<()> {
        self.store.has_room().await?;
        let found = match Key::of(self.claim.workspace, file) {
            Ok(key) => self.store.get(&key).await,
            Err(none) => Err(none),
        };
        let mut content = match found {
            Ok(content) if content.bytes == file.bytes => content,
            Ok(_) | Err(store::Error::Missing(_) | store::Error::Damaged { .. }) => {
                tracing::error!(file.id = %file.id, "a file is missing in a client's download");
                self.missing.push(path.to_owned());
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        self.zip.file(path).await?;
        while let Some(piece) = content.pieces.try_next().await? {
            self.zip.bytes(piece).await?;
        }
        Ok(())
    }
}
