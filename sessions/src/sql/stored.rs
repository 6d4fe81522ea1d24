//! How many bytes each tenant's streams hold, counted behind the appends' backs.
//!
//! Each stream remembers how far it was counted, so that an event is looked at once, soon after it came; where the
//! beginning was dropped or an event written anew, what is left is counted anew.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Error, Tenant};

/// Streams that are counted by one statement, and events of each: half a million rows, well below what a read may take.
const STREAMS: i64 = 50;
const EVENTS: i64 = 10_000;

/// What an event takes beside its content: its row and its place in the index.
const ROW_BYTES: i32 = 64;

const COUNT: &str = "
    WITH behind AS MATERIALIZED (
        SELECT s.workspace_id, s.id, s.earliest_offset AS first, s.next_offset AS next,
            s.revision, CASE WHEN t.first = s.earliest_offset AND t.revision = s.revision THEN t.upto
                ELSE s.earliest_offset END AS start,
            CASE WHEN t.first = s.earliest_offset AND t.revision = s.revision THEN t.bytes ELSE 0 END AS bytes
        FROM stream s LEFT JOIN stream_stored t ON t.workspace_id = s.workspace_id AND t.stream_id = s.id
        WHERE s.id > $1 AND s.buried_at IS NULL
            AND (t.first IS DISTINCT FROM s.earliest_offset OR t.upto IS DISTINCT FROM s.next_offset
                OR t.revision IS DISTINCT FROM s.revision)
        ORDER BY s.id LIMIT $2
    ), counted AS (
        INSERT INTO stream_stored (workspace_id, stream_id, first, upto, revision, bytes)
        SELECT b.workspace_id, b.id, b.first, least(b.next, b.start + $3), b.revision, b.bytes + (
            SELECT coalesce(sum(octet_length(e.data) + coalesce(octet_length(e.bytes), 0) + $4), 0)
            FROM stream_event e
            WHERE e.workspace_id = b.workspace_id AND e.stream_id = b.id
                AND e.seq >= b.start AND e.seq < b.start + $3)
        FROM behind b
        ON CONFLICT (workspace_id, stream_id)
        DO UPDATE SET first = excluded.first, upto = excluded.upto, revision = excluded.revision,
            bytes = excluded.bytes
    )
    SELECT id, next > start + $3 FROM behind ORDER BY id";

/// Counts what is new in some of the streams behind `after`; up to which stream all is counted, none at the end.
pub(crate) async fn count_some(conn: &mut PgConnection, after: Uuid) -> Result<Option<Uuid>, Error> {
    let counted: Vec<(Uuid, bool)> =
        sqlx::query_as(COUNT).bind(after).bind(STREAMS).bind(EVENTS).bind(ROW_BYTES).fetch_all(conn).await?;
    // Where one has more, it comes again first; what stands before it is through.
    let through = counted.iter().take_while(|(_, more)| !more).last().map(|(id, _)| *id);
    Ok(match counted.iter().any(|(_, more)| *more) {
        true => Some(through.unwrap_or(after)),
        false => through,
    })
}

const SUMS: &str = "
    SELECT s.workspace_id, s.client_id, sum(t.bytes)::bigint
    FROM stream_stored t JOIN stream s ON s.workspace_id = t.workspace_id AND s.id = t.stream_id
    WHERE s.buried_at IS NULL GROUP BY s.workspace_id, s.client_id";

/// What was counted, tenant by tenant.
pub(crate) async fn stored(conn: &mut PgConnection) -> Result<Vec<(Tenant, u64)>, Error> {
    let sums: Vec<(Uuid, Option<Uuid>, i64)> = sqlx::query_as(SUMS).fetch_all(conn).await?;
    let sum = |(workspace, client, bytes): (_, _, i64)| {
        (Tenant { workspace, client }, bytes.try_into().unwrap_or_default())
    };
    Ok(sums.into_iter().map(sum).collect())
}
