//! The three statements of a group commit.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A stream held by another transaction is left out: nobody's slow transaction stops the appends to other streams,
/// and a lock that is never waited for cannot be part of a deadlock.
const LOCK_FREE: &str = "
    SELECT workspace_id, id, next_offset, closed_at IS NOT NULL FROM stream
    WHERE id = ANY($1) FOR NO KEY UPDATE SKIP LOCKED";

const LOCK_WAITING: &str = "
    SELECT workspace_id, id, next_offset, closed_at IS NOT NULL FROM stream
    WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";

const LOCK_TIMEOUT: &str = "SELECT set_config('lock_timeout', $1, true)";

/// A locked stream: workspace, stream, end, whether it is closed.
pub(crate) type LockedRow = (Uuid, Uuid, i64, bool);

/// Locks those of `streams` that exist, waiting `wait` for each that another transaction holds; with no `wait`
/// those are left out.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    streams: &[Uuid],
    wait: Option<std::time::Duration>,
) -> sqlx::Result<Vec<LockedRow>> {
    let statement = match wait {
        None => LOCK_FREE,
        Some(wait) => {
            sqlx::query(LOCK_TIMEOUT).bind(wait.as_millis().max(1).to_string()).execute(&mut *conn).await?;
            LOCK_WAITING
        }
    };
    sqlx::query_as(statement).bind(streams).fetch_all(conn).await
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

/// What a group commit writes, column by column.
#[derive(Debug, Default)]
pub(crate) struct Columns<'a> {
    /// Streams that moved.
    pub(crate) moved: Moved,
    /// What they got.
    pub(crate) events: Events<'a>,
    /// Producers that moved.
    pub(crate) producers: Producers<'a>,
}

#[derive(Debug, Default)]
pub(crate) struct Moved {
    pub(crate) workspaces: Vec<Uuid>,
    pub(crate) streams: Vec<Uuid>,
    pub(crate) ends: Vec<i64>,
}

#[derive(Debug, Default)]
pub(crate) struct Events<'a> {
    pub(crate) workspaces: Vec<Uuid>,
    pub(crate) streams: Vec<Uuid>,
    pub(crate) seqs: Vec<i64>,
    pub(crate) texts: Vec<&'a str>,
}

#[derive(Debug, Default)]
pub(crate) struct Producers<'a> {
    pub(crate) workspaces: Vec<Uuid>,
    pub(crate) streams: Vec<Uuid>,
    pub(crate) ids: Vec<&'a str>,
    pub(crate) epochs: Vec<i64>,
    pub(crate) next_sequences: Vec<i64>,
}

const STORE: &str = "
    WITH moved AS (
        UPDATE stream s SET next_offset = n.next_offset
        FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS n (workspace_id, id, next_offset)
        WHERE s.workspace_id = n.workspace_id AND s.id = n.id
        RETURNING 1
    ), events AS (
        INSERT INTO stream_event (workspace_id, stream_id, seq, at, data)
        SELECT e.workspace_id, e.stream_id, e.seq, $8, e.data
        FROM unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::text[]) AS e (workspace_id, stream_id, seq, data)
    ), producers AS (
        INSERT INTO stream_producer (workspace_id, stream_id, producer, epoch, next_sequence)
        SELECT * FROM unnest($9::uuid[], $10::uuid[], $11::text[], $12::bigint[], $13::bigint[])
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
        .bind(&moved.workspaces)
        .bind(&moved.streams)
        .bind(&moved.ends)
        .bind(&events.workspaces)
        .bind(&events.streams)
        .bind(&events.seqs)
        .bind(&events.texts)
        .bind(now)
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
