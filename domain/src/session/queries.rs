//! A session as it reads now.

use sessions::{Error, Offset, StreamId};
use uuid::Uuid;

use super::{Reading, snapshot::load_in};
use crate::{Db, Result, Scope};

/// Events that are fetched at a time.
const PAGE: u32 = 2_000;

/// The session's stream, where the scope sees a request whose session it is.
///
/// # Errors
/// [`crate::Error::NotFound`] for anything else, a backstage log among it.
pub async fn find(db: &Db, scope: &Scope, stream: Uuid) -> Result<Uuid> {
    let mut tx = db.begin(scope).await?;
    let found = sqlx::query_scalar!(
        "SELECT session_stream FROM request WHERE workspace_id = $1 AND session_stream = $2",
        scope.workspace.0,
        stream,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    found.ok_or(crate::Error::NotFound)
}

/// Folds a stream up to its end; the caller has settled who may read it. Where its beginning was dropped, the stored
/// fold stands for it.
///
/// # Errors
/// [`crate::Error::Sessions`] where there is no such stream or the database is away.
pub async fn read(db: &Db, scope: &Scope, stream: Uuid) -> Result<Reading> {
    let mut reading = Reading::default();
    loop {
        match db.engine().read(StreamId(stream), Offset::from_value(reading.next), PAGE).await {
            Ok(page) => {
                reading.take(reading.next, page.records.iter().map(|record| record.json()));
                if page.up_to_date || page.records.is_empty() {
                    return Ok(reading);
                }
            }
            // Only then is it asked for: most sessions are whole.
            Err(Error::Gone { earliest }) => reading = beginning(db, scope, stream, earliest).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// What stands for the events before `earliest`.
///
/// # Errors
/// [`crate::Error::Broken`] for a fold that cannot be read.
pub async fn beginning(db: &Db, scope: &Scope, stream: Uuid, earliest: Offset) -> Result<Reading> {
    match snapshot(db, scope, stream).await? {
        Some(reading) if reading.next >= earliest.value() => Ok(reading),
        // Better the rest than nothing; it is dropped only once it is folded, so that this should not be.
        _ => {
            tracing::error!(stream.id = %stream, "the beginning of a stream is gone and was never folded");
            Ok(Reading { next: earliest.value(), ..Reading::default() })
        }
    }
}

/// The stored fold of a session, where there is one.
///
/// # Errors
/// [`crate::Error::Broken`] for one that a later version wrote.
pub async fn snapshot(db: &Db, scope: &Scope, stream: Uuid) -> Result<Option<Reading>> {
    let mut tx = db.begin(scope).await?;
    let found = load_in(&mut tx, scope, stream).await?;
    tx.commit().await?;
    Ok(found)
}
