//! An append inside somebody's transaction.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::{AppendOutcome, Error, Offset, StreamId, sql::head};

/// The update takes the row's lock, and holds it until the transaction ends: offsets become visible in their order.
const APPEND: &str = "
    WITH moved AS (
        UPDATE stream SET next_offset = next_offset + cardinality($2::text[]),
            lapses_at = $3 + make_interval(secs => ttl_seconds + least(ttl_seconds * 0.1, 60))
        WHERE id = $1 AND closed_at IS NULL AND deleted_at IS NULL
            AND (coalesce(expires_at, lapses_at) <= $3) IS NOT TRUE
        RETURNING workspace_id, id, next_offset - cardinality($2::text[]) AS first, next_offset
    ), stored AS (
        INSERT INTO stream_event (workspace_id, stream_id, seq, at, data)
        SELECT moved.workspace_id, moved.id, moved.first + event.place - 1, $3, event.data
        FROM moved, unnest($2::text[]) WITH ORDINALITY AS event (data, place)
    )
    SELECT first, next_offset FROM moved";

/// Appends `events`, of which there is at least one.
pub(crate) async fn append(
    conn: &mut PgConnection,
    stream: StreamId,
    events: &[String],
    now: DateTime<Utc>,
) -> Result<AppendOutcome, Error> {
    let moved: Option<(i64, i64)> =
        sqlx::query_as(APPEND).bind(stream.0).bind(events).bind(now).fetch_optional(&mut *conn).await?;
    if let Some((first, next)) = moved {
        return Ok(AppendOutcome {
            first: Offset::from_column(first),
            next: Offset::from_column(next),
            duplicate: false,
            sequence: None,
            closed: false,
        });
    }
    head(conn, stream, Some(now)).await.and_then(|head| Err(Error::Closed { next: head.next }))
}
