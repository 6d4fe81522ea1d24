//! The three statements of a group commit.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{columns::Columns, gone::gone};

macro_rules! lock {
    ($how:literal) => {
        concat!(
            "SELECT s.workspace_id, s.id, s.next_offset, s.closed_at IS NOT NULL AS closed, s.last_mark, ",
            "s.ttl_seconds, s.expires_at, ",
            gone!("$2"),
            " AS gone FROM stream s WHERE s.id = ANY($1) ",
            $how
        )
    };
}

/// A stream held by another transaction is left out: nobody's slow transaction stops the appends to other streams,
/// and a lock that is never waited for cannot be part of a deadlock.
const LOCK_FREE: &str = lock!("FOR NO KEY UPDATE OF s SKIP LOCKED");

const LOCK_WAITING: &str = lock!("ORDER BY s.id FOR NO KEY UPDATE OF s");

const LOCK_TIMEOUT: &str = "SELECT set_config('lock_timeout', $1, true)";

/// A locked stream.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct LockedRow {
    pub(crate) workspace_id: Uuid,
    pub(crate) id: Uuid,
    pub(crate) next_offset: i64,
    pub(crate) closed: bool,
    pub(crate) last_mark: Option<String>,
    pub(crate) ttl_seconds: Option<i64>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) gone: i32,
}

/// Locks those of `streams` that exist, waiting `wait` for each that another transaction holds; with no `wait`
/// those are left out.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    streams: &[Uuid],
    now: DateTime<Utc>,
    wait: Option<std::time::Duration>,
) -> sqlx::Result<Vec<LockedRow>> {
    let statement = match wait {
        None => LOCK_FREE,
        Some(wait) => {
            sqlx::query(LOCK_TIMEOUT).bind(wait.as_millis().max(1).to_string()).execute(&mut *conn).await?;
            LOCK_WAITING
        }
    };
    sqlx::query_as(statement).bind(streams).bind(now).fetch_all(conn).await
}

/// A statement of its own after the lock: its snapshot holds what the lock's last holder has committed.
const PRODUCERS: &str = "
    SELECT p.stream_id, p.producer, p.epoch, p.next_sequence
    FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS wanted (workspace_id, stream_id, producer)
    JOIN stream_producer p USING (workspace_id, stream_id, producer)";

/// How far these producers have got: stream, producer, epoch, next sequence.
pub(crate) async fn producers(
    conn: &mut PgConnection,
    workspaces: &[Uuid],
    streams: &[Uuid],
    producers: &[&str],
) -> sqlx::Result<Vec<(Uuid, String, i64, i64)>> {
    sqlx::query_as(PRODUCERS).bind(workspaces).bind(streams).bind(producers).fetch_all(conn).await
}

const STORE: &str = "
    WITH moved AS (
        UPDATE stream s SET next_offset = n.next_offset,
            closed_at = CASE WHEN n.closes THEN $1 ELSE s.closed_at END,
            last_mark = coalesce(n.mark, s.last_mark), lapses_at = coalesce(n.lapses_at, s.lapses_at)
        FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::boolean[], $6::text[], $7::timestamptz[])
            AS n (workspace_id, id, next_offset, closes, mark, lapses_at)
        WHERE s.workspace_id = n.workspace_id AND s.id = n.id
        RETURNING 1
    ), events AS (
        INSERT INTO stream_event (workspace_id, stream_id, seq, at, data, bytes)
        SELECT e.workspace_id, e.stream_id, e.seq, $1, e.data, e.bytes
        FROM unnest($8::uuid[], $9::uuid[], $10::bigint[], $11::text[], $12::bytea[])
            AS e (workspace_id, stream_id, seq, data, bytes)
    ), producers AS (
        INSERT INTO stream_producer (workspace_id, stream_id, producer, epoch, next_sequence)
        SELECT * FROM unnest($13::uuid[], $14::uuid[], $15::text[], $16::bigint[], $17::bigint[])
        ON CONFLICT (workspace_id, stream_id, producer)
        DO UPDATE SET epoch = excluded.epoch, next_sequence = excluded.next_sequence
    )
    SELECT count(*) FROM moved";

/// Writes it all at once.
pub(crate) async fn store(
    conn: &mut PgConnection,
    columns: &Columns<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Columns { moved, events, producers } = columns;
    let count: i64 = sqlx::query_scalar(STORE)
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
        .bind(events.bytes())
        .bind(&producers.workspaces)
        .bind(&producers.streams)
        .bind(&producers.ids)
        .bind(&producers.epochs)
        .bind(&producers.next_sequences)
        .fetch_one(conn)
        .await?;
    // The streams are locked, so every one of them has to be there.
    if usize::try_from(count) == Ok(moved.workspaces.len()) { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
