//! Asking for an export and downloading it, and the server's work of packing and clearing away.

mod clear;
mod pack;

pub use clear::clear;
pub use pack::pack_due;

use chrono_tz::Tz;

use super::{
    Download, ExportState,
    queries::{client_name_in, may_in, next_in, owners_in},
};
use crate::{
    Db, Error, Result, Role, Scope, Tx,
    audit::{self, NewEntry},
    calendar,
    files::{
        self,
        store::{self, Key, Store},
    },
    format::Locale,
    ids::{ClientId, ExportId},
    live_hints,
    workspaces::queries::format_in,
};

/// Has everything of the scope's client packed; `zone`: in which its texts say times. While one is packed already,
/// nothing more is done.
///
/// # Errors
/// [`Error::Refused`] for whoever is neither owner nor operator, too soon after the last one, and where the disk is full;
/// [`Error::NotFound`] without a client that the scope sees.
pub async fn start(db: &Db, store: &Store, scope: &Scope, zone: Tz) -> Result<()> {
    let client = scope.client.ok_or(Error::NotFound)?;
    let mut tx = db.begin(scope).await?;
    let name = client_name_in(&mut tx, scope, client).await?;
    let by = may_or_refuse(&mut tx, scope, client).await?;
    // Who presses twice at once takes turns.
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("export of {client}"))
        .execute(tx.conn())
        .await?;
    if is_under_way(&mut tx, scope, client).await? {
        return tx.commit().await;
    }
    if let Some(at) = next_in(&mut tx, scope, client).await? {
        let format = format_in(&mut tx, scope.workspace).await?.within(zone);
        let when = format.date_time(at, tx.now());
        return Err(Error::refused(format!("You can prepare one download an hour. Try again after {when}.")));
    }
    has_room(store).await?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO client_export (id, workspace_id, client_id, asked_by, from_desk, zone, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        ExportId::new().0,
        scope.workspace.0,
        client.0,
        by.0,
        scope.role() == Some(Role::Operator),
        zone.name(),
        now,
    )
    .execute(tx.conn())
    .await?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("start_export", name).of(client)).await?;
    live_hints::publish(&mut tx, scope, client, "export", None).await?;
    tx.commit().await
}

async fn may_or_refuse(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<crate::ids::PersonId> {
    match scope.person() {
        Some(person) if may_in(tx, scope, client).await? => Ok(person),
        _ => {
            let locale = format_in(tx, scope.workspace).await?.locale;
            Err(Error::refused(only_owners(locale, &owners_in(tx, scope, client).await?)))
        }
    }
}

/// Who may, for somebody who may not.
fn only_owners(locale: Locale, owners: &[String]) -> String {
    match owners {
        [] => "Only an owner can download everything.".to_owned(),
        owners => format!("Only an owner can download everything. Ask {}.", locale.list(owners)),
    }
}

async fn is_under_way(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM client_export WHERE workspace_id = $1 AND client_id = $2
                            AND state IN ('queued', 'working')) AS "under_way!""#,
        scope.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Why nothing can be packed, before it is begun.
async fn has_room(store: &Store) -> Result<()> {
    match store.has_room().await {
        Err(store::Error::Full(why)) => {
            tracing::error!(error.message = %why, "there is no room for a client's download");
            Err(Error::refused(super::settle::NO_ROOM))
        }
        looked => Ok(looked?),
    }
}

/// Hands an export out to whoever may have it, and writes down that it did.
///
/// # Errors
/// [`Error::NotFound`] for one that the scope's client does not have; [`Error::Refused`] for whoever is neither owner nor
/// operator.
pub async fn download(db: &Db, store: &Store, scope: &Scope, export: ExportId) -> Result<Download> {
    let client = scope.client.ok_or(Error::NotFound)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let row = sqlx::query!(
        r#"SELECT state AS "state: ExportState", object, bytes, created_at, zone, expires_at > $4 AS "valid?" FROM client_export
           WHERE workspace_id = $1 AND client_id = $2 AND id = $3"#,
        scope.workspace.0,
        client.0,
        export.0,
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    may_or_refuse(&mut tx, scope, client).await?;
    let name = client_name_in(&mut tx, scope, client).await?;
    let key = row.object.as_deref().and_then(Key::parse);
    let (Some(key), Some(bytes), true, ExportState::Ready) =
        (key, row.bytes, row.valid == Some(true), row.state)
    else {
        return Ok(Download::Gone);
    };
    let bytes = bytes.cast_unsigned();
    // After a restore the row is there and the file is not.
    if store.size(&key).await? != Some(bytes) {
        return Ok(Download::Gone);
    }
    audit::commands::record_in(&mut tx, scope, NewEntry::done("download_export", name.as_str()).of(client))
        .await?;
    tx.commit().await?;
    let day = row.created_at.with_timezone(&calendar::zone(&row.zone).unwrap_or(Tz::UTC)).format("%Y-%m-%d");
    Ok(Download::File {
        key,
        bytes,
        name: files::file_name(&format!("{} {day}.zip", name.replace(['/', '\\'], "-"))),
    })
}
