//! A group commit in one statement, over streams that are as the writer remembers them.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::columns::Columns;

/// How the streams and producers of a [`Columns`] were thought to be, in its order.
#[derive(Debug)]
pub(crate) struct AssumedState<'a> {
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

/// What a batch needs, each in a statement of its own: mostly everything in it is for one stream, and by no producer.
static STORE: LazyLock<[String; 4]> = LazyLock::new(|| {
    [store(ONE, 11, false), store(ONE, 11, true), store(SEVERAL, 14, false), store(SEVERAL, 14, true)]
});

const ONE: &str = "
    moved AS (
        UPDATE stream s SET next_offset = $4, closed_at = CASE WHEN $5 THEN $1 ELSE s.closed_at END,
            last_mark = coalesce($6, s.last_mark), lapses_at = coalesce($7, s.lapses_at)
        WHERE s.workspace_id = $2 AND s.id = $3 AND s.next_offset = $8 AND s.last_mark IS NOT DISTINCT FROM $9
            AND s.closed_at IS NULL AND s.deleted_at IS NULL
            AND (coalesce(s.expires_at, s.lapses_at) <= $1) IS NOT TRUE
        RETURNING 1
    ), events AS (
        INSERT INTO stream_event (workspace_id, stream_id, seq, at, data, bytes)
        SELECT $2, $3, $8 + e.place - 1, $1, e.data, e.bytes
        FROM unnest($10::text[], $11::bytea[]) WITH ORDINALITY AS e (data, bytes, place)
    )";

const SEVERAL: &str = "
    moved AS (
        UPDATE stream s SET next_offset = n.next_offset,
            closed_at = CASE WHEN n.closes THEN $1 ELSE s.closed_at END,
            last_mark = coalesce(n.mark, s.last_mark), lapses_at = coalesce(n.lapses_at, s.lapses_at)
        FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::boolean[], $6::text[], $7::timestamptz[],
                $8::bigint[], $9::text[])
            AS n (workspace_id, id, next_offset, closes, mark, lapses_at, old_offset, old_mark)
        WHERE s.workspace_id = n.workspace_id AND s.id = n.id AND s.next_offset = n.old_offset
            AND s.last_mark IS NOT DISTINCT FROM n.old_mark AND s.closed_at IS NULL AND s.deleted_at IS NULL
            AND (coalesce(s.expires_at, s.lapses_at) <= $1) IS NOT TRUE
        RETURNING 1
    ), events AS (
        INSERT INTO stream_event (workspace_id, stream_id, seq, at, data, bytes)
        SELECT e.workspace_id, e.stream_id, e.seq, $1, e.data, e.bytes
        FROM unnest($12::uuid[], $13::uuid[], $14::bigint[], $10::text[], $11::bytea[])
            AS e (workspace_id, stream_id, seq, data, bytes)
    )";

/// Updates find the latest version of a row, look again whether their conditions hold for it, and hold it until the
/// end: so two that remember the same cannot both go through. What was found is counted; the function fails the
/// statement, and with it everything, where something is missing.
fn store(moved: &str, parameters: usize, producers: bool) -> String {
    let streams = if moved == ONE { "1" } else { "cardinality($3)" };
    let missing = format!("(SELECT count(*) FROM moved) <> {streams}");
    if !producers {
        return format!("WITH {moved} SELECT CASE WHEN {missing} THEN stream_moved() END");
    }
    let [w, s, p, e, n, oe, on] = std::array::from_fn(|place| parameters + 1 + place);
    format!(
        "WITH {moved}, producers AS (
            UPDATE stream_producer p SET epoch = n.epoch, next_sequence = n.next_sequence
            FROM unnest(${w}::uuid[], ${s}::uuid[], ${p}::text[], ${e}::bigint[], ${n}::bigint[], ${oe}::bigint[],
                    ${on}::bigint[])
                AS n (workspace_id, stream_id, producer, epoch, next_sequence, old_epoch, old_sequence)
            WHERE p.workspace_id = n.workspace_id AND p.stream_id = n.stream_id AND p.producer = n.producer
                AND p.epoch = n.old_epoch AND p.next_sequence = n.old_sequence
            RETURNING 1
        )
        SELECT CASE WHEN {missing} OR (SELECT count(*) FROM producers) <> cardinality(${p}) THEN stream_moved() END"
    )
}

/// Writes and commits it all at once where everything is as in `before`; otherwise it fails, with nothing stored.
pub(crate) async fn store_recalled(
    conn: &mut PgConnection,
    columns: &Columns<'_>,
    before: &AssumedState<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Columns { moved, events, producers } = columns;
    let several = moved.streams.len() != 1;
    let statement = 2 * usize::from(several) + usize::from(!producers.ids.is_empty());
    let statement: &'static str = &STORE[statement];
    let mut query = sqlx::query(statement).bind(now);
    query = match several {
        false => query
            .bind(moved.workspaces[0])
            .bind(moved.streams[0])
            .bind(moved.ends[0])
            .bind(moved.closes[0])
            .bind(moved.marks[0])
            .bind(moved.lapses[0])
            .bind(before.ends[0])
            .bind(before.marks[0]),
        true => query
            .bind(&moved.workspaces)
            .bind(&moved.streams)
            .bind(&moved.ends)
            .bind(&moved.closes)
            .bind(&moved.marks)
            .bind(&moved.lapses)
            .bind(&before.ends)
            .bind(&before.marks),
    };
    query = query.bind(&events.texts).bind(events.bytes());
    if several {
        query = query.bind(&events.workspaces).bind(&events.streams).bind(&events.seqs);
    }
    if !producers.ids.is_empty() {
        query = query
            .bind(&producers.workspaces)
            .bind(&producers.streams)
            .bind(&producers.ids)
            .bind(&producers.epochs)
            .bind(&producers.next_sequences)
            .bind(&before.epochs)
            .bind(&before.next_sequences);
    }
    query.execute(conn).await.map(drop)
}
