//! Writing events anew where they stand.

use sqlx::{PgConnection, Row};

use crate::{Data, Error, Offset, Record, StreamId};

const FIND: &str = "
    SELECT e.seq, e.at, e.data FROM stream s
    JOIN stream_event e ON e.workspace_id = s.workspace_id AND e.stream_id = s.id AND e.bytes IS NULL
    WHERE s.id = $1 AND s.deleted_at IS NULL AND strpos(e.data, $2) > 0 ORDER BY e.seq";

/// The stream's JSON events in whose text `part` stands.
pub(crate) async fn find_text(
    conn: &mut PgConnection,
    stream: StreamId,
    part: &str,
) -> Result<Vec<Record>, Error> {
    let rows = sqlx::query(FIND).bind(stream.0).bind(part).fetch_all(conn).await?;
    let record = |row: &sqlx::postgres::PgRow| -> sqlx::Result<Record> {
        let data = Data::known_json(row.try_get::<&str, _>(2)?);
        Ok(Record { offset: Offset::from_column(row.try_get(0)?).after(1), at: row.try_get(1)?, data })
    };
    Ok(rows.iter().map(record).collect::<sqlx::Result<_>>()?)
}

/// The stream's row is held first, as by every append. Of an event that is not there nothing is changed.
const REDACT: &str = "
    WITH held AS (
        UPDATE stream SET revision = revision + 1 WHERE id = $1 AND deleted_at IS NULL
        RETURNING workspace_id, id
    ), written AS (
        UPDATE stream_event e SET data = $3 FROM held
        WHERE e.workspace_id = held.workspace_id AND e.stream_id = held.id AND e.seq = $2 AND e.bytes IS NULL
        RETURNING 1
    )
    SELECT count(*) FROM written";

/// Writes the event anew that stands before `behind`, and raises the stream's revision; whether there was one.
pub(crate) async fn redact(
    conn: &mut PgConnection,
    stream: StreamId,
    behind: Offset,
    text: &str,
) -> Result<bool, Error> {
    let written: i64 = sqlx::query_scalar(REDACT)
        .bind(stream.0)
        .bind(behind.to_column() - 1)
        .bind(text)
        .fetch_one(conn)
        .await?;
    Ok(written == 1)
}
