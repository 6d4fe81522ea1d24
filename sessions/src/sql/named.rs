//! Streams by their names.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    columns::Events,
    gone::{gone, gone_error},
    stream::{HeadRow, head_where},
};
use crate::{Data, Error, Offset, StreamId, Tenant};

const FIND: &str = head_where!(
    "s.workspace_id = $2 AND coalesce(s.client_id, '00000000-0000-0000-0000-000000000000'::uuid) = $3
    AND s.name = $4 AND s.buried_at IS NULL"
);

/// The tenant's stream of that name, also where it is gone but keeps the name.
pub(crate) async fn find(
    conn: &mut PgConnection,
    tenant: Tenant,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<HeadRow>> {
    sqlx::query_as(FIND)
        .bind(now)
        .bind(tenant.workspace)
        .bind(tenant.client.unwrap_or(Uuid::nil()))
        .bind(name)
        .fetch_optional(conn)
        .await
}

const HOLD_SOURCE: &str =
    concat!("SELECT ", gone!("$1"), " FROM stream s WHERE s.id = $2 FOR KEY SHARE OF s");

/// Keeps a stream from being deleted until the transaction ends, so that a fork of it can be made.
pub(crate) async fn hold_source(
    conn: &mut PgConnection,
    source: StreamId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let gone: Option<i32> =
        sqlx::query_scalar(HOLD_SOURCE).bind(now).bind(source.0).fetch_optional(conn).await?;
    gone.map_or(Err(Error::NotFound), |gone| gone_error(gone).map_or(Ok(()), Err))
}

/// A named stream to be stored, with what it holds from the beginning.
#[derive(Debug)]
pub(crate) struct NamedRow<'a> {
    pub(crate) id: StreamId,
    pub(crate) tenant: Tenant,
    pub(crate) name: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) expiry: crate::Expiry,
    pub(crate) closed: bool,
    pub(crate) earliest: Offset,
    /// Where its own events begin.
    pub(crate) first: Offset,
    pub(crate) fork: Option<(StreamId, u64)>,
    pub(crate) events: &'a [Data],
}

const INSERT: &str = "
    WITH made AS (
        INSERT INTO stream (workspace_id, id, client_id, kind, name, content_type, next_offset, earliest_offset,
            closed_at, created_at, ttl_seconds, expires_at, lapses_at, forked_from, fork_offset, fork_part)
        VALUES ($1, $2, $3, 'stream', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        ON CONFLICT DO NOTHING RETURNING workspace_id, id
    ), stored AS (
        INSERT INTO stream_event (workspace_id, stream_id, seq, at, data, bytes)
        SELECT made.workspace_id, made.id, e.seq, $9, e.data, e.bytes
        FROM made, unnest($16::bigint[], $17::text[], $18::bytea[]) AS e (seq, data, bytes)
    )
    SELECT count(*) FROM made";

/// Stores it unless the name is taken; answers whether it is new.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    row: &NamedRow<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let mut events = Events::default();
    events.add(row.id, row.tenant.workspace, row.first, row.events);
    let (ttl, expires_at) = row.expiry.to_columns();
    let made: i64 = sqlx::query_scalar(INSERT)
        .bind(row.tenant.workspace)
        .bind(row.id.0)
        .bind(row.tenant.client)
        .bind(row.name)
        .bind(row.content_type)
        .bind(row.first.after(row.events.len()).to_column())
        .bind(row.earliest.to_column())
        .bind(row.closed.then_some(now))
        .bind(now)
        .bind(ttl)
        .bind(expires_at)
        .bind(row.expiry.lapses_at(now))
        .bind(row.fork.map(|(source, _)| source.0))
        .bind(row.fork.map(|_| row.first.to_column()))
        .bind(row.fork.map(|(_, part)| part.cast_signed()))
        .bind(&events.seqs)
        .bind(&events.texts)
        .bind(events.bytes())
        .fetch_one(conn)
        .await?;
    Ok(made == 1)
}
