//! What the product does to streams inside its own transactions, so that a state and its event commit together or not
//! at all. Row-level security holds: what the scope of the transaction does not admit is not found.
//!
//! Followers are not told before the commit: call [`Engine::wake`](crate::Engine::wake) once it is through. Without
//! that they find out at the next poll.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::{AppendOutcome, Error, Head, NewStream, Offset, Page, Record, StreamId, check, ring::Size, sql};

/// Creates a stream. Creating it again with the same configuration does nothing.
///
/// # Errors
/// [`Error::Conflict`] where the name is taken by a stream of another tenant, kind or visibility.
pub async fn create_in(conn: &mut PgConnection, new: &NewStream, now: DateTime<Utc>) -> Result<(), Error> {
    if sql::create(&mut *conn, new, now).await? {
        return Ok(());
    }
    match sql::head(conn, new.id, None).await {
        Ok(head)
            if (head.tenant, head.kind.as_str(), head.backstage) == (new.tenant, new.kind, new.backstage) =>
        {
            Ok(())
        }
        // One that the scope does not admit is not found, and takes the name all the same.
        Ok(_) | Err(Error::NotFound | Error::Deleted) => Err(Error::Conflict),
        Err(error) => Err(error),
    }
}

/// Appends `events`, one JSON text each, and holds the stream's lock until the transaction ends: keep it short. A
/// transaction that appends to several streams takes them in the order of their ids, lest two of them wait for each
/// other.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Closed`], [`Error::Empty`], [`Error::Invalid`].
pub async fn append_in(
    conn: &mut PgConnection,
    stream: StreamId,
    events: &[String],
    now: DateTime<Utc>,
) -> Result<AppendOutcome, Error> {
    check::texts(events)?;
    sql::append(conn, stream, events, now).await
}

/// Closes a stream for good; its final offset. Closing it again does nothing.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn close_in(
    conn: &mut PgConnection,
    stream: StreamId,
    now: DateTime<Utc>,
) -> Result<Offset, Error> {
    sql::close(conn, stream, now).await
}

/// Raises a producer's epoch: from the commit on, appends of older epochs are refused. Fencing with the epoch that
/// holds does nothing.
///
/// # Errors
/// [`Error::StaleEpoch`] where a later epoch holds; [`Error::NotFound`], [`Error::Invalid`].
pub async fn fence_in(
    conn: &mut PgConnection,
    stream: StreamId,
    producer: &str,
    epoch: u64,
) -> Result<(), Error> {
    check::producer_id(producer)?;
    let current = sql::fence(conn, stream, producer, check::epoch(epoch)?).await?.cast_unsigned();
    if current > epoch { Err(Error::StaleEpoch { current }) } else { Ok(()) }
}

/// Reads at most `limit` events from `from` on, as the transaction sees them.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`], [`Error::Ahead`].
pub async fn read_in(
    conn: &mut PgConnection,
    stream: StreamId,
    from: Offset,
    limit: u32,
) -> Result<Page, Error> {
    let max = Size { events: limit as usize, bytes: usize::MAX };
    sql::page(conn, stream, from, max, None).await.map(|sheet| sheet.page)
}

/// The stream without its events, as the transaction sees it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn head_in(conn: &mut PgConnection, stream: StreamId) -> Result<Head, Error> {
    sql::head(conn, stream, None).await
}

/// The JSON events of a stream in whose text `part` stands, in order. It looks through all of the stream.
///
/// # Errors
/// [`Error::Database`].
pub async fn find_in(conn: &mut PgConnection, stream: StreamId, part: &str) -> Result<Vec<Record>, Error> {
    sql::find_text(conn, stream, part).await
}

/// Writes a JSON event anew where it stands: the one before the offset `behind`, as [`Record::offset`] has it. From the
/// commit on nobody reads the old text, on whichever node: offsets stay as they are, and the stream's revision tells what
/// is held in memory from what is true. Followers who have read it hear nothing of this, so the transaction appends an
/// event that says so as well.
///
/// It takes the engine's own role: the product's may not rewrite events. Whose the stream is has to be settled before.
/// Forks read the new text too, but their revision stays.
///
/// # Errors
/// [`Error::NotFound`] where there is no such event, [`Error::Invalid`] for a text that is no JSON.
pub async fn redact_in(
    conn: &mut PgConnection,
    stream: StreamId,
    behind: Offset,
    text: &str,
) -> Result<(), Error> {
    check::json(text)?;
    if sql::redact(conn, stream, behind, text).await? { Ok(()) } else { Err(Error::NotFound) }
}
