//! Creating a named stream, or finding that it is there.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};

use super::{CreateOutcome, NewNamedStream, essence, fork, is_json};
use crate::{
    Data, Error, Expiry, Head, Offset, Options, StreamId, Tenant, check,
    sql::{self, HeadRow, NamedRow},
};

/// What a stream without a source holds when nobody says.
const BYTES: &str = "application/octet-stream";

/// How often a name may be taken and given up again while it is being created.
const TRIES: usize = 4;

/// A stream as it will be stored.
#[derive(Debug)]
pub(super) struct StreamPlan {
    pub(super) content_type: String,
    pub(super) expiry: Expiry,
    pub(super) earliest: Offset,
    /// Where its own events begin.
    pub(super) first: Offset,
    /// The source, and how much of it was asked for beyond the offset.
    pub(super) fork: Option<(StreamId, u64)>,
    pub(super) events: Vec<Data>,
}

pub(super) async fn create(
    conn: &mut PgConnection,
    new: &NewNamedStream,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<CreateOutcome, Error> {
    for _ in 0..TRIES {
        let made = match &new.fork {
            None => insert(conn, new, &alone(new, options)?, now).await?,
            Some(point) => match make_fork(conn, new, point, options, now).await? {
                CreateAttempt::Fresh(head) => Some(head),
                CreateAttempt::Taken => None,
            },
        };
        if let Some(head) = made {
            return Ok(CreateOutcome { head, fresh: true });
        }
        match sql::find(conn, new.tenant, &new.name, now).await? {
            None => {}
            Some(row) => match row.gone() {
                None => return confirm(conn, new, row, now).await,
                Some(Error::Deleted) => return Err(Error::Conflict),
                Some(_) => {
                    sql::put_away(conn, StreamId(row.id), now).await?;
                }
            },
        }
    }
    Err(Error::Busy)
}

enum CreateAttempt {
    Fresh(Head),
    Taken,
}

/// In one transaction that holds the source, so that it is not deleted before the fork is there to be seen.
async fn make_fork(
    conn: &mut PgConnection,
    new: &NewNamedStream,
    point: &super::ForkPoint,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<CreateAttempt, Error> {
    // What is there already is confirmed or refused, whatever has become of its source.
    if sql::find(conn, new.tenant, &new.name, now).await?.is_some() {
        return Ok(CreateAttempt::Taken);
    }
    let mut tx = conn.begin().await?;
    let mut plan = fork::plan(&mut tx, new, point, now).await?;
    plan.events.extend(events(&new.body, &plan.content_type, options)?);
    let made = insert(&mut tx, new, &plan, now).await?;
    tx.commit().await?;
    Ok(made.map_or(CreateAttempt::Taken, CreateAttempt::Fresh))
}

fn alone(new: &NewNamedStream, options: &Options) -> Result<StreamPlan, Error> {
    let content_type = new.content_type.clone().unwrap_or_else(|| BYTES.to_owned());
    Ok(StreamPlan {
        expiry: new.expiry,
        earliest: Offset::ZERO,
        first: Offset::ZERO,
        fork: None,
        events: events(&new.body, &content_type, options)?,
        content_type,
    })
}

/// What a new stream holds from the beginning.
fn events(body: &bytes::Bytes, content_type: &str, options: &Options) -> Result<Vec<Data>, Error> {
    let events = match is_json(content_type) {
        _ if body.is_empty() => Vec::new(),
        true => Data::json_messages(body)?,
        false => vec![Data::bytes(body.clone())],
    };
    check::sizes(&events, options)?;
    Ok(events)
}

/// Stores the stream unless its name is taken.
async fn insert(
    conn: &mut PgConnection,
    new: &NewNamedStream,
    plan: &StreamPlan,
    now: DateTime<Utc>,
) -> Result<Option<Head>, Error> {
    let row = NamedRow {
        id: StreamId::generate(),
        tenant: new.tenant,
        name: &new.name,
        content_type: &plan.content_type,
        expiry: plan.expiry,
        closed: new.closed,
        earliest: plan.earliest,
        first: plan.first,
        fork: plan.fork,
        events: &plan.events,
    };
    let fresh = sql::insert(conn, &row, now).await?;
    Ok(fresh.then(|| Head {
        revision: 0,
        id: row.id,
        tenant: row.tenant,
        kind: "stream".to_owned(),
        backstage: false,
        content_type: plan.content_type.clone(),
        next: plan.first.after(plan.events.len()),
        earliest: plan.earliest,
        closed: new.closed,
        expiry: plan.expiry,
    }))
}

/// The stream is there: is it the one that was asked for?
async fn confirm(
    conn: &mut PgConnection,
    new: &NewNamedStream,
    row: HeadRow,
    now: DateTime<Utc>,
) -> Result<CreateOutcome, Error> {
    let fork = ForkRequest::of(&row);
    let head = row.into_head();
    let source = match &new.fork {
        Some(point) => source(conn, new.tenant, &point.source, now).await?,
        None => None,
    };
    let same_fork = match (&new.fork, &fork, &source) {
        (None, None, _) => true,
        (Some(point), Some(fork), Some(source)) => fork.is(point, source.id, is_json(&head.content_type)),
        _ => false,
    };
    let (content_type, expiry) = match &source {
        None => (new.content_type.clone().unwrap_or_else(|| BYTES.to_owned()), new.expiry),
        Some(source) => (
            new.content_type.clone().unwrap_or_else(|| source.content_type.clone()),
            fork::expiry(new.expiry, source.expiry),
        ),
    };
    let same = same_fork
        && essence(&content_type) == essence(&head.content_type)
        && same_expiry(expiry, head.expiry)
        && new.closed == head.closed;
    if same { Ok(CreateOutcome { head, fresh: false }) } else { Err(Error::Conflict) }
}

/// As exact as Postgres keeps it.
fn same_expiry(asked: Expiry, kept: Expiry) -> bool {
    match (asked, kept) {
        (Expiry::At(asked), Expiry::At(kept)) => asked.timestamp_micros() == kept.timestamp_micros(),
        _ => asked == kept,
    }
}

/// The source of a fork that is there, deleted or not.
async fn source(
    conn: &mut PgConnection,
    tenant: Tenant,
    name: &str,
    now: DateTime<Utc>,
) -> Result<Option<Head>, Error> {
    Ok(sql::find(conn, tenant, name, now).await?.map(HeadRow::into_head))
}

/// What is kept of how a fork was asked for.
struct ForkRequest {
    source: uuid::Uuid,
    offset: i64,
    part: i64,
}

impl ForkRequest {
    fn of(row: &HeadRow) -> Option<Self> {
        Some(Self { source: row.forked_from?, offset: row.fork_offset?, part: row.fork_part? })
    }

    /// Whether it leaves that source at that point. Of JSON the part has been counted into the offset.
    fn is(&self, point: &super::ForkPoint, source: StreamId, json: bool) -> bool {
        let anchor = if json { self.offset - self.part } else { self.offset };
        source.0 == self.source
            && point.offset.is_none_or(|offset| offset.to_column() == anchor)
            && i64::try_from(point.part) == Ok(self.part)
    }
}
