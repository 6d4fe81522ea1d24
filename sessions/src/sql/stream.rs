//! Streams as such: create, head, close, fence, trim.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Error, Head, NewStream, Offset, StreamId, Tenant};

const CREATE: &str = "
    INSERT INTO stream (workspace_id, id, client_id, kind, backstage, created_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING";

/// Creates the stream unless it exists; answers whether it is new.
pub(crate) async fn create(
    conn: &mut PgConnection,
    new: &NewStream,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let done = sqlx::query(CREATE)
        .bind(new.tenant.workspace)
        .bind(new.id.0)
        .bind(new.tenant.client)
        .bind(new.kind)
        .bind(new.backstage)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

const HEAD: &str = "
    SELECT workspace_id, client_id, kind, backstage, next_offset, earliest_offset, closed_at IS NOT NULL
    FROM stream WHERE id = $1";

type HeadRow = (Uuid, Option<Uuid>, String, bool, i64, i64, bool);

pub(crate) async fn head(conn: &mut PgConnection, stream: StreamId) -> Result<Head, Error> {
    let row: Option<HeadRow> = sqlx::query_as(HEAD).bind(stream.0).fetch_optional(conn).await?;
    let (workspace, client, kind, backstage, next, earliest, closed) = row.ok_or(Error::NotFound)?;
    Ok(Head {
        tenant: Tenant { workspace, client },
        kind,
        backstage,
        next: Offset::from_column(next),
        earliest: Offset::from_column(earliest),
        closed,
    })
}

const HEADS: &str = "SELECT id, next_offset, closed_at IS NOT NULL FROM stream WHERE id = ANY($1)";

/// Where these streams end and whether they are closed, for those of them that exist.
pub(crate) async fn heads(
    conn: &mut PgConnection,
    streams: &[Uuid],
) -> Result<Vec<(Uuid, i64, bool)>, Error> {
    Ok(sqlx::query_as(HEADS).bind(streams).fetch_all(conn).await?)
}

const CLOSE: &str = "
    UPDATE stream SET closed_at = coalesce(closed_at, $2) WHERE id = $1 RETURNING next_offset";

/// Closes the stream; its final offset.
pub(crate) async fn close(
    conn: &mut PgConnection,
    stream: StreamId,
    now: DateTime<Utc>,
) -> Result<Offset, Error> {
    let next: Option<i64> = sqlx::query_scalar(CLOSE).bind(stream.0).bind(now).fetch_optional(conn).await?;
    next.map(Offset::from_column).ok_or(Error::NotFound)
}

const LOCK: &str = "SELECT workspace_id FROM stream WHERE id = $1 FOR NO KEY UPDATE";

const FENCE: &str = "
    INSERT INTO stream_producer AS p (workspace_id, stream_id, producer, epoch, next_sequence)
    VALUES ($1, $2, $3, $4, 0)
    ON CONFLICT (workspace_id, stream_id, producer)
    DO UPDATE SET epoch = greatest(p.epoch, excluded.epoch),
                  next_sequence = CASE WHEN excluded.epoch > p.epoch THEN 0 ELSE p.next_sequence END
    RETURNING epoch";

/// Raises the producer's epoch; answers the one that holds now, which is higher if a later one had begun.
pub(crate) async fn fence(
    conn: &mut PgConnection,
    stream: StreamId,
    producer: &str,
    epoch: i64,
) -> Result<i64, Error> {
    // Under the stream's lock, as every append is: one that has read the old epoch has committed by now or waits.
    let workspace: Option<Uuid> = sqlx::query_scalar(LOCK).bind(stream.0).fetch_optional(&mut *conn).await?;
    let workspace = workspace.ok_or(Error::NotFound)?;
    Ok(sqlx::query_scalar(FENCE)
        .bind(workspace)
        .bind(stream.0)
        .bind(producer)
        .bind(epoch)
        .fetch_one(conn)
        .await?)
}

const TRIM: &str = "
    WITH trimmed AS (
        UPDATE stream SET earliest_offset = greatest(earliest_offset, least($2, next_offset))
        WHERE id = $1 RETURNING workspace_id, id, earliest_offset
    ), dropped AS (
        DELETE FROM stream_event e USING trimmed t
        WHERE e.workspace_id = t.workspace_id AND e.stream_id = t.id AND e.seq < t.earliest_offset
    )
    SELECT earliest_offset FROM trimmed";

/// Drops the events before `before`; answers the first offset that can be read now.
pub(crate) async fn trim(conn: &mut PgConnection, stream: StreamId, before: Offset) -> Result<Offset, Error> {
    let earliest: Option<i64> =
        sqlx::query_scalar(TRIM).bind(stream.0).bind(before.to_column()).fetch_optional(conn).await?;
    earliest.map(Offset::from_column).ok_or(Error::NotFound)
}
