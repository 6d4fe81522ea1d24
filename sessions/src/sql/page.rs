//! Reading events.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::{Error, Offset, Page, Record, StreamId};

/// One statement, so that end, beginning and events are of one moment. The window sums sizes without fetching what is
/// cut off; the first event goes whatever its size.
const PAGE: &str = "
    SELECT s.next_offset, s.earliest_offset, s.closed_at IS NOT NULL, e.seq, e.at, e.data
    FROM stream s LEFT JOIN LATERAL (
        SELECT seq, at, data FROM (
            SELECT seq, at, data, sum(octet_length(data)) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS bytes
            FROM (
                SELECT seq, at, data FROM stream_event
                WHERE workspace_id = s.workspace_id AND stream_id = s.id AND seq >= $2 ORDER BY seq LIMIT $3
            ) AS page
        ) AS sized WHERE bytes <= $4 OR seq = $2
    ) AS e ON true
    WHERE s.id = $1 ORDER BY e.seq";

type PageRow = (i64, i64, bool, Option<i64>, Option<DateTime<Utc>>, Option<String>);

/// Reads at most `events` events and `bytes` bytes from `from` on.
pub(crate) async fn page(
    conn: &mut PgConnection,
    stream: StreamId,
    from: Offset,
    events: usize,
    bytes: usize,
) -> Result<Page, Error> {
    let rows: Vec<PageRow> = sqlx::query_as(PAGE)
        .bind(stream.0)
        .bind(from.to_column())
        .bind(i64::try_from(events).unwrap_or(i64::MAX))
        .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
        .fetch_all(conn)
        .await?;
    let &(end, earliest, closed, ..) = rows.first().ok_or(Error::NotFound)?;
    let (end, earliest) = (Offset::from_column(end), Offset::from_column(earliest));
    if from < earliest {
        return Err(Error::Gone { earliest });
    }
    if from > end {
        return Err(Error::Ahead { next: end });
    }
    let records = records(rows, from)?;
    let next = from.after(records.len());
    Ok(Page { records, next, up_to_date: next == end, closed: closed && next == end })
}

fn records(rows: Vec<PageRow>, from: Offset) -> Result<Vec<Record>, Error> {
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        // The row of a stream without events here.
        let (.., Some(seq), Some(at), Some(data)) = row else {
            continue;
        };
        if Offset::from_column(seq) != from.after(records.len()) {
            // Rather no answer than one that skips what was acknowledged.
            return Err(sqlx::Error::Decode(format!("the stream lacks the event before {seq}").into()).into());
        }
        records.push(Record { offset: Offset::from_column(seq).after(1), at, data: data.into() });
    }
    Ok(records)
}
