//! Reading events.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Row, postgres::PgRow};

use super::gone::{gone, gone_error};
use crate::{Data, Error, Expiry, Offset, Page, Record, StreamId, ring::Size};

/// One statement, so that end, beginning and events are of one moment. The window sums sizes without fetching what is
/// cut off; the first event goes whatever its size.
const PAGE: &str = concat!(
    "SELECT e.seq, e.at, e.data, e.bytes, s.next_offset, s.earliest_offset, s.closed_at IS NOT NULL, s.fork_offset,
        s.ttl_seconds, s.expires_at, s.lapses_at, s.revision, ",
    gone!("$5"),
    " FROM stream s LEFT JOIN LATERAL (
        SELECT seq, at, data, bytes FROM (
            SELECT *, sum(octet_length(data) + coalesce(octet_length(bytes), 0))
                OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS sum
            FROM (
                SELECT seq, at, data, bytes FROM stream_event
                WHERE workspace_id = s.workspace_id AND stream_id = s.id AND seq >= $2 ORDER BY seq LIMIT $3
            ) AS page
        ) AS sized WHERE sum <= $4 OR seq = $2
    ) AS e ON true
    WHERE s.id = $1 ORDER BY e.seq"
);

/// What a fork reads from its sources, of which each holds what was appended to itself.
const INHERITED: &str = "
    WITH RECURSIVE source AS (
        SELECT s.workspace_id, s.forked_from AS id, s.fork_offset AS below FROM stream s
        WHERE s.id = $1 AND s.forked_from IS NOT NULL
        UNION ALL
        SELECT p.workspace_id, p.forked_from, least(p.fork_offset, source.below)
        FROM source JOIN stream p ON p.id = source.id
        WHERE p.forked_from IS NOT NULL AND p.fork_offset > $2
    )
    SELECT seq, at, data, bytes FROM (
        SELECT *, sum(octet_length(data) + coalesce(octet_length(bytes), 0))
            OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS sum
        FROM (
            SELECT e.* FROM source CROSS JOIN LATERAL (
                SELECT seq, at, data, bytes FROM stream_event
                WHERE workspace_id = source.workspace_id AND stream_id = source.id
                    AND seq >= $2 AND seq < source.below
                ORDER BY seq LIMIT $3
            ) AS e ORDER BY e.seq LIMIT $3
        ) AS page
    ) AS sized WHERE sum <= $4 OR seq = $2 ORDER BY seq";

/// A page, and whether the read has to be noted for the stream not to lapse.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) page: Page,
    pub(crate) touch: Option<Expiry>,
}

/// Reads at most as much as `max` from `from` on.
pub(crate) async fn page(
    conn: &mut PgConnection,
    stream: StreamId,
    from: Offset,
    max: Size,
    now: Option<DateTime<Utc>>,
) -> Result<Sheet, Error> {
    let rows = ask(conn, PAGE, stream, from, max, Some(now)).await?;
    let first = rows.first().ok_or(Error::NotFound)?;
    let top = Top::of(first)?;
    top.admits(from)?;
    let mut records = records(&rows)?;
    if from < top.own {
        let inherited = self::records(&ask(conn, INHERITED, stream, from, max, None).await?)?;
        records = join(inherited, records, top.own, max);
    }
    dense(&records, from)?;
    let next = from.after(records.len());
    let up_to_date = next == top.next;
    Ok(Sheet {
        page: Page { records, next, up_to_date, closed: top.closed && up_to_date, revision: top.revision },
        touch: now.filter(|now| top.expiry.wants_touch(top.lapses_at, *now)).map(|_| top.expiry),
    })
}

async fn ask(
    conn: &mut PgConnection,
    statement: &'static str,
    stream: StreamId,
    from: Offset,
    max: Size,
    now: Option<Option<DateTime<Utc>>>,
) -> sqlx::Result<Vec<PgRow>> {
    let query = sqlx::query(statement)
        .bind(stream.0)
        .bind(from.to_column())
        .bind(i64::try_from(max.events).unwrap_or(i64::MAX))
        .bind(i64::try_from(max.bytes).unwrap_or(i64::MAX));
    match now {
        Some(now) => query.bind(now).fetch_all(conn).await,
        None => query.fetch_all(conn).await,
    }
}

/// What every row of a page says of its stream.
struct Top {
    next: Offset,
    earliest: Offset,
    closed: bool,
    /// Where its own events begin.
    own: Offset,
    expiry: Expiry,
    lapses_at: Option<DateTime<Utc>>,
    revision: u64,
    gone: Option<Error>,
}

impl Top {
    fn of(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            next: Offset::from_column(row.try_get(4)?),
            earliest: Offset::from_column(row.try_get(5)?),
            closed: row.try_get(6)?,
            own: row.try_get::<Option<i64>, _>(7)?.map_or(Offset::ZERO, Offset::from_column),
            expiry: Expiry::from_columns(row.try_get(8)?, row.try_get(9)?),
            lapses_at: row.try_get(10)?,
            revision: row.try_get::<i64, _>(11)?.cast_unsigned(),
            gone: gone_error(row.try_get(12)?),
        })
    }

    fn admits(&self, from: Offset) -> Result<(), Error> {
        match &self.gone {
            Some(gone) => Err(gone.clone()),
            None if from < self.earliest => Err(Error::Gone { earliest: self.earliest }),
            None if from > self.next => Err(Error::Ahead { next: self.next }),
            None => Ok(()),
        }
    }
}

/// The events of the rows; none in the row of a stream without events here.
fn records(rows: &[PgRow]) -> sqlx::Result<Vec<Record>> {
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(seq) = row.try_get::<Option<i64>, _>(0)? else {
            continue;
        };
        let data = match row.try_get::<Option<Vec<u8>>, _>(3)? {
            Some(bytes) => Data::bytes(bytes),
            None => Data::known_json(row.try_get::<&str, _>(2)?),
        };
        records.push(Record { offset: Offset::from_column(seq).after(1), at: row.try_get(1)?, data });
    }
    Ok(records)
}

/// What was inherited and, where nothing is missing between, the own events behind it, as far as both fit.
fn join(mut inherited: Vec<Record>, own: Vec<Record>, border: Offset, max: Size) -> Vec<Record> {
    if inherited.last().is_none_or(|last| last.offset != border) {
        return inherited;
    }
    let mut bytes: usize = inherited.iter().map(|record| record.data.len()).sum();
    let room = max.events.saturating_sub(inherited.len());
    inherited.extend(own.into_iter().take(room).take_while(|record| {
        bytes = bytes.saturating_add(record.data.len());
        bytes <= max.bytes
    }));
    inherited
}

/// Rather no answer than one that skips what was acknowledged.
fn dense(records: &[Record], from: Offset) -> Result<(), Error> {
    match records.iter().enumerate().find(|(place, record)| record.offset != from.after(place + 1)) {
        None => Ok(()),
        Some((_, record)) => {
            let said = format!("the stream lacks an event before {}", record.offset);
            Err(sqlx::Error::Decode(said.into()).into())
        }
    }
}
