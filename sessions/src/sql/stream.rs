//! Streams as such: create, head, close, fence, trim, touch.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::gone::{gone, gone_error};
use crate::{Error, Expiry, Head, NewStream, Offset, StreamId, Tenant};

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

/// What a head is made of; `$1` is the engine's time.
macro_rules! head_where {
    ($rest:literal) => {
        concat!(
            "SELECT s.workspace_id, s.id, s.client_id, s.kind, s.backstage, s.content_type, s.next_offset, ",
            "s.earliest_offset, s.closed_at IS NOT NULL AS closed, s.ttl_seconds, s.expires_at, s.forked_from, ",
            "s.fork_offset, s.fork_part, s.revision, ",
            gone!("$1"),
            " AS gone FROM stream s WHERE ",
            $rest
        )
    };
}
pub(super) use head_where;

/// A stream's row.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct HeadRow {
    pub(crate) workspace_id: Uuid,
    pub(crate) id: Uuid,
    client_id: Option<Uuid>,
    kind: String,
    backstage: bool,
    content_type: Option<String>,
    next_offset: i64,
    earliest_offset: i64,
    pub(crate) closed: bool,
    ttl_seconds: Option<i64>,
    expires_at: Option<DateTime<Utc>>,
    pub(crate) forked_from: Option<Uuid>,
    pub(crate) fork_offset: Option<i64>,
    pub(crate) fork_part: Option<i64>,
    revision: i64,
    gone: i32,
}

impl HeadRow {
    /// Why it is not there, where it is not.
    pub(crate) fn gone(&self) -> Option<Error> {
        gone_error(self.gone)
    }

    pub(crate) fn into_head(self) -> Head {
        Head {
            id: StreamId(self.id),
            tenant: Tenant { workspace: self.workspace_id, client: self.client_id },
            kind: self.kind,
            backstage: self.backstage,
            content_type: self.content_type.unwrap_or_else(|| crate::named::JSON.to_owned()),
            next: Offset::from_column(self.next_offset),
            earliest: Offset::from_column(self.earliest_offset),
            closed: self.closed,
            expiry: Expiry::from_columns(self.ttl_seconds, self.expires_at),
            revision: self.revision.cast_unsigned(),
        }
    }
}

const HEAD: &str = head_where!("s.id = $2");

pub(crate) async fn head(
    conn: &mut PgConnection,
    stream: StreamId,
    now: Option<DateTime<Utc>>,
) -> Result<Head, Error> {
    let row: Option<HeadRow> = sqlx::query_as(HEAD).bind(now).bind(stream.0).fetch_optional(conn).await?;
    let row = row.ok_or(Error::NotFound)?;
    match row.gone() {
        None => Ok(row.into_head()),
        Some(gone) => Err(gone),
    }
}

const HEADS: &str = "
    SELECT id, next_offset, closed_at IS NOT NULL, revision FROM stream WHERE id = ANY($1) AND deleted_at IS NULL";

/// Where these streams end, whether they are closed and their revision, for those of them that exist.
pub(crate) async fn heads(
    conn: &mut PgConnection,
    streams: &[Uuid],
) -> Result<Vec<(Uuid, i64, bool, i64)>, Error> {
    Ok(sqlx::query_as(HEADS).bind(streams).fetch_all(conn).await?)
}

const CLOSE: &str = "
    UPDATE stream SET closed_at = coalesce(closed_at, $2) WHERE id = $1 AND deleted_at IS NULL
    RETURNING next_offset";

/// Closes the stream; its final offset.
pub(crate) async fn close(
    conn: &mut PgConnection,
    stream: StreamId,
    now: DateTime<Utc>,
) -> Result<Offset, Error> {
    let next: Option<i64> = sqlx::query_scalar(CLOSE).bind(stream.0).bind(now).fetch_optional(conn).await?;
    next.map(Offset::from_column).ok_or(Error::NotFound)
}

const TOUCH: &str = "UPDATE stream SET lapses_at = $2 WHERE id = $1 AND lapses_at < $3";

/// Notes that the stream was used, unless it lives long enough anyway: a crowd of readers writes once.
pub(crate) async fn touch(
    conn: &mut PgConnection,
    stream: StreamId,
    expiry: Expiry,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if let (Some(lapses_at), Some(until)) = (expiry.lapses_at(now), expiry.lives_until(now)) {
        sqlx::query(TOUCH).bind(stream.0).bind(lapses_at).bind(until).execute(conn).await?;
    }
    Ok(())
}

const LOCK: &str = "SELECT workspace_id FROM stream WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE";

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

const HOLD: &str = "SELECT FROM stream WHERE id = $1 FOR UPDATE";

/// What a fork reads stays.
const TRIM: &str = "
    WITH trimmed AS (
        UPDATE stream s SET earliest_offset = greatest(earliest_offset, least($2, next_offset))
        WHERE id = $1 AND deleted_at IS NULL
            AND NOT EXISTS (SELECT FROM stream f WHERE f.forked_from = s.id AND f.buried_at IS NULL)
        RETURNING workspace_id, id, earliest_offset
    ), dropped AS (
        DELETE FROM stream_event e USING trimmed t
        WHERE e.workspace_id = t.workspace_id AND e.stream_id = t.id AND e.seq < t.earliest_offset
    )
    SELECT earliest_offset FROM trimmed";

/// Drops the events before `before`, unless there are forks; answers the first offset that can be read now.
pub(crate) async fn trim(
    conn: &mut PgConnection,
    stream: StreamId,
    before: Offset,
    now: DateTime<Utc>,
) -> Result<Offset, Error> {
    let mut tx = conn.begin().await?;
    // A fork that is being made holds its source until it is there to be seen by the statement after this.
    sqlx::query(HOLD).bind(stream.0).execute(&mut *tx).await?;
    let earliest: Option<i64> =
        sqlx::query_scalar(TRIM).bind(stream.0).bind(before.to_column()).fetch_optional(&mut *tx).await?;
    let earliest = match earliest {
        Some(earliest) => Offset::from_column(earliest),
        None => head(&mut tx, stream, Some(now)).await?.earliest,
    };
    tx.commit().await?;
    Ok(earliest)
}
