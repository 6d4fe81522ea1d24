//! Deleting streams: kept while forks read from them, buried after that, and dropped piece by piece.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::gone::{gone, gone_error};
use crate::{Error, StreamId};

/// No fork of it can be made meanwhile, since a fork's making holds its source too.
const HOLD: &str = concat!("SELECT ", gone!("$1"), " FROM stream s WHERE s.id = $2 FOR UPDATE OF s");

/// Deletes the stream: buries it, or keeps it for its forks.
pub(crate) async fn delete(
    conn: &mut PgConnection,
    stream: StreamId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut tx = conn.begin().await?;
    let gone: Option<i32> =
        sqlx::query_scalar(HOLD).bind(now).bind(stream.0).fetch_optional(&mut *tx).await?;
    if let Some(error) = gone.map_or(Some(Error::NotFound), gone_error) {
        return Err(error);
    }
    retire(&mut tx, stream.0, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Does the same to a stream that has lapsed; whether it had.
pub(crate) async fn put_away(
    conn: &mut PgConnection,
    stream: StreamId,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let mut tx = conn.begin().await?;
    let over = sqlx::query_scalar(OVER).bind(stream.0).bind(now).fetch_optional(&mut *tx).await?;
    let over: bool = over.unwrap_or(false);
    if over {
        retire(&mut tx, stream.0, now).await?;
        tx.commit().await?;
    }
    Ok(over)
}

const OVER: &str = "
    SELECT deleted_at IS NULL AND (coalesce(expires_at, lapses_at) <= $2) IS TRUE
    FROM stream WHERE id = $1 FOR UPDATE";

const HAS_FORKS: &str = "SELECT EXISTS (SELECT FROM stream WHERE forked_from = $1 AND buried_at IS NULL)";

const KEEP: &str = "UPDATE stream SET deleted_at = $2 WHERE id = $1";

/// Subscriptions forget how far they were in it: the next stream of that name begins anew.
const BURY: &str = "
    WITH buried AS (
        UPDATE stream SET deleted_at = coalesce(deleted_at, $2), buried_at = $2 WHERE id = $1
        RETURNING workspace_id, client_id, name, forked_from
    ), link AS (
        SELECT l.workspace_id, l.subscription_id, l.path FROM buried b
        JOIN stream_subscription_link l ON l.workspace_id = b.workspace_id AND l.path = b.name
        JOIN stream_subscription u ON u.workspace_id = l.workspace_id AND u.id = l.subscription_id
            AND u.client_id IS NOT DISTINCT FROM b.client_id
    ), reset AS (
        UPDATE stream_subscription_link SET acked_offset = 0, matched = false FROM link
        WHERE (stream_subscription_link.workspace_id, stream_subscription_link.subscription_id,
            stream_subscription_link.path) = (link.workspace_id, link.subscription_id, link.path) AND explicit
    ), dropped AS (
        DELETE FROM stream_subscription_link USING link
        WHERE (stream_subscription_link.workspace_id, stream_subscription_link.subscription_id,
            stream_subscription_link.path) = (link.workspace_id, link.subscription_id, link.path) AND NOT explicit
    )
    SELECT forked_from FROM buried";

const HOLD_PARENT: &str = "
    SELECT deleted_at IS NOT NULL AND buried_at IS NULL FROM stream WHERE id = $1 FOR UPDATE";

/// The stream's row is held. Whether a fork reads from it is asked after that, by a statement of its own, which sees
/// what the lock's last holder has committed.
async fn retire(conn: &mut PgConnection, stream: Uuid, now: DateTime<Utc>) -> sqlx::Result<()> {
    if sqlx::query_scalar(HAS_FORKS).bind(stream).fetch_one(&mut *conn).await? {
        sqlx::query(KEEP).bind(stream).bind(now).execute(conn).await?;
        return Ok(());
    }
    let mut buried = Some(stream);
    while let Some(stream) = buried.take() {
        let source: Option<Uuid> =
            sqlx::query_scalar(BURY).bind(stream).bind(now).fetch_one(&mut *conn).await?;
        if let Some(source) = source
            && sqlx::query_scalar(HOLD_PARENT).bind(source).fetch_optional(&mut *conn).await? == Some(true)
            && !sqlx::query_scalar::<_, bool>(HAS_FORKS).bind(source).fetch_one(&mut *conn).await?
        {
            buried = Some(source);
        }
    }
    Ok(())
}

const LAPSED: &str = "
    SELECT id FROM stream
    WHERE (ttl_seconds IS NOT NULL OR expires_at IS NOT NULL) AND deleted_at IS NULL
        AND coalesce(expires_at, lapses_at) <= $1
    LIMIT 1000";

/// Streams that have lapsed and were not put away yet.
pub(crate) async fn lapsed(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<Uuid>, Error> {
    Ok(sqlx::query_scalar(LAPSED).bind(now).fetch_all(conn).await?)
}

const GRAVES: &str = "
    SELECT workspace_id, id FROM stream WHERE buried_at IS NOT NULL ORDER BY buried_at LIMIT 100";

/// Streams of which something is left to be dropped.
pub(crate) async fn graves(conn: &mut PgConnection) -> Result<Vec<(Uuid, Uuid)>, Error> {
    Ok(sqlx::query_as(GRAVES).fetch_all(conn).await?)
}

/// In pieces, so that no transaction is long, whatever the stream held.
const PIECE: i64 = 10_000;

const CLEAR: &str = "
    DELETE FROM stream_event WHERE workspace_id = $1 AND stream_id = $2 AND seq IN (
        SELECT seq FROM stream_event WHERE workspace_id = $1 AND stream_id = $2 ORDER BY seq LIMIT $3)";

const DROP: &str = "DELETE FROM stream WHERE workspace_id = $1 AND id = $2 AND buried_at IS NOT NULL";

/// Drops a piece of what a buried stream held; whether all of it is gone.
pub(crate) async fn clear_grave(
    conn: &mut PgConnection,
    workspace: Uuid,
    stream: Uuid,
) -> Result<bool, Error> {
    let cleared = sqlx::query(CLEAR).bind(workspace).bind(stream).bind(PIECE).execute(&mut *conn).await?;
    if cleared.rows_affected() == PIECE.unsigned_abs() {
        return Ok(false);
    }
    sqlx::query(DROP).bind(workspace).bind(stream).execute(conn).await?;
    Ok(true)
}
