//! A group commit in one statement, over streams that are as the writer remembers them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::columns::Columns;

/// How the streams and producers of a [`Columns`] were thought to be, in its order.
#[derive(Debug)]
pub(crate) struct Before<'a> {
    pub(crate) ends: Vec<i64>,
    pub(crate) marks: Vec<Option<&'a str>>,
    pub(crate) epochs: Vec<i64>,
    pub(crate) next_sequences: Vec<i64>,
}

/// The statements of a connection that commits are few and always the same, and their arrays are short or long: a plan
/// made once, by the keys, serves them all, where a plan for each execution would take longer than the execution. The
/// wait for a stream that a transaction holds is short; then it goes the long way, which leaves that stream out.
const PREPARE: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; \
    SET enable_mergejoin = off; SET lock_timeout = '2ms'";

/// Makes a connection ready to commit over.
pub(crate) async fn prepare(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(PREPARE).execute(conn).await.map(drop)
}

/// Updates find the latest version of a row, look again whether their conditions hold for it, and hold it until the
/// end: so two that remember the same cannot both go through. What was found is counted; the function at the end fails
/// the statement, and with it everything, where something is missing. `$more` and `$missing` are the producers' part.
macro_rules! store {
    ($more:literal, $missing:literal) => {
        concat!(
            "WITH moved AS (
                UPDATE stream s SET next_offset = n.next_offset,
                    closed_at = CASE WHEN n.closes THEN $1 ELSE s.closed_at END,
                    last_mark = coalesce(n.mark, s.last_mark), lapses_at = coalesce(n.lapses_at, s.lapses_at)
                FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::boolean[], $6::text[], $7::timestamptz[],
                        $13::bigint[], $14::text[])
                    AS n (workspace_id, id, next_offset, closes, mark, lapses_at, old_offset, old_mark)
                WHERE s.workspace_id = n.workspace_id AND s.id = n.id AND s.next_offset = n.old_offset
                    AND s.last_mark IS NOT DISTINCT FROM n.old_mark
                    AND s.closed_at IS NULL AND s.deleted_at IS NULL
                    AND (coalesce(s.expires_at, s.lapses_at) <= $1) IS NOT TRUE
                RETURNING 1
            ), events AS (
                INSERT INTO stream_event (workspace_id, stream_id, seq, at, data, bytes)
                SELECT e.workspace_id, e.stream_id, e.seq, $1, e.data, e.bytes
                FROM unnest($8::uuid[], $9::uuid[], $10::bigint[], $11::text[], $12::bytea[])
                    AS e (workspace_id, stream_id, seq, data, bytes)
            )",
            $more,
            " SELECT CASE WHEN (SELECT count(*) FROM moved) <> cardinality($3)",
            $missing,
            " THEN stream_moved() END"
        )
    };
}

const STORE: &str = store!("", "");

const STORE_WITH_PRODUCERS: &str = store!(
    ", producers AS (
        UPDATE stream_producer p SET epoch = n.epoch, next_sequence = n.next_sequence
        FROM unnest($15::uuid[], $16::uuid[], $17::text[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[])
            AS n (workspace_id, stream_id, producer, epoch, next_sequence, old_epoch, old_sequence)
        WHERE p.workspace_id = n.workspace_id AND p.stream_id = n.stream_id AND p.producer = n.producer
            AND p.epoch = n.old_epoch AND p.next_sequence = n.old_sequence
        RETURNING 1
    )",
    " OR (SELECT count(*) FROM producers) <> cardinality($17)"
);

/// Writes and commits it all at once where everything is as in `before`; otherwise it fails, with nothing
/// stored.
pub(crate) async fn store_recalled(
    conn: &mut PgConnection,
    columns: &Columns<'_>,
    before: &Before<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Columns { moved, events, producers } = columns;
    let alone = producers.ids.is_empty();
    let query = sqlx::query(if alone { STORE } else { STORE_WITH_PRODUCERS })
        .bind(now)
        .bind(&moved.workspaces)
        .bind(&moved.streams)
        .bind(&moved.ends)
        .bind(&moved.closes)
        .bind(&moved.marks)
        .bind(&moved.lapses)
        .bind(&events.workspaces)
        .bind(&events.streams)
        .bind(&events.seqs)
        .bind(&events.texts)
        .bind(&events.bytes)
        .bind(&before.ends)
        .bind(&before.marks);
    if alone {
        return query.execute(conn).await.map(drop);
    }
    query
        .bind(&producers.workspaces)
        .bind(&producers.streams)
        .bind(&producers.ids)
        .bind(&producers.epochs)
        .bind(&producers.next_sequences)
        .bind(&before.epochs)
        .bind(&before.next_sequences)
        .execute(conn)
        .await
        .map(drop)
}
