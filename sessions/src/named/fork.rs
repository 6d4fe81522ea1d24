//! Where a fork leaves its source, and what it takes along.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{ForkPoint, NewNamedStream, create::StreamPlan, essence, is_json};
use crate::{Data, Error, Expiry, Head, Offset, StreamId, ring::Size, sql};

const NO_POINT: Error = Error::Invalid("the source has nothing there to be forked from");

/// Settles what the fork will be. The source is held from here on.
pub(super) async fn plan(
    conn: &mut PgConnection,
    new: &NewNamedStream,
    point: &ForkPoint,
    now: DateTime<Utc>,
) -> Result<StreamPlan, Error> {
    let source = hold(conn, new, point, now).await?;
    let content_type = match &new.content_type {
        Some(content_type) if essence(content_type) != essence(&source.content_type) => {
            return Err(Error::Conflict);
        }
        Some(content_type) => content_type.clone(),
        None => source.content_type.clone(),
    };
    let anchor = point.offset.unwrap_or(source.next);
    if anchor > source.next || anchor < source.earliest {
        return Err(NO_POINT);
    }
    let (first, events) = match point.part {
        0 => (anchor, Vec::new()),
        part if is_json(&content_type) => (whole(&source, anchor, part)?, Vec::new()),
        part => (anchor, vec![cut(conn, source.id, anchor, part).await?]),
    };
    Ok(StreamPlan {
        content_type,
        expiry: expiry(new.expiry, source.expiry),
        earliest: source.earliest,
        first,
        fork: Some((source.id, point.part)),
        events,
    })
}

/// A fork ends as it is told to, or else as its source does.
pub(super) fn expiry(asked: Expiry, source: Expiry) -> Expiry {
    if asked == Expiry::Never { source } else { asked }
}

async fn hold(
    conn: &mut PgConnection,
    new: &NewNamedStream,
    point: &ForkPoint,
    now: DateTime<Utc>,
) -> Result<Head, Error> {
    let row = sql::find(&mut *conn, new.tenant, &point.source, now).await?.ok_or(Error::NotFound)?;
    let held = sql::hold_source(&mut *conn, StreamId(row.id), now).await;
    held.map_err(|error| match error {
        Error::Deleted => Error::Conflict,
        error => error,
    })?;
    // As it is now that nothing can be dropped from it.
    sql::head(conn, StreamId(row.id), Some(now)).await
}

/// So many whole events further on.
fn whole(source: &Head, anchor: Offset, part: u64) -> Result<Offset, Error> {
    let first = Offset::from_value(anchor.value().saturating_add(part));
    if first > source.next { Err(NO_POINT) } else { Ok(first) }
}

/// The beginning of the event that stands at the anchor.
async fn cut(conn: &mut PgConnection, source: StreamId, anchor: Offset, part: u64) -> Result<Data, Error> {
    let sheet = sql::page(conn, source, anchor, Size { events: 1, bytes: 0 }, None).await?;
    let event = sheet.page.records.into_iter().next().ok_or(NO_POINT)?;
    let part = usize::try_from(part).map_err(|_| NO_POINT)?;
    event.data.as_bytes().get(..part).map(|cut| Data::bytes(cut.to_vec())).ok_or(NO_POINT)
}
