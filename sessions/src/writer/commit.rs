//! One group commit: lock, judge, store, commit.

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    time::Duration,
};

use chrono::{DateTime, SubsecRound, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{QueuedAppend, memory::RecalledBatch};
use crate::{
    AppendOutcome, Error, Expiry, Offset, Options, StreamId,
    core::timed_out,
    ledger::{Ledger, LockedStream, ProducerProgress},
    sql::{self, Columns},
};

/// The connection's own patience with locks is for commits from memory; what is locked in order is worth waiting for.
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout TO DEFAULT";

/// What came of one append of a batch.
#[derive(Debug)]
pub(super) enum CommitOutcome {
    /// Committed, a duplicate, or refused.
    Settled(Result<AppendOutcome, Error>),
    /// Somebody's transaction holds its stream.
    Held,
}

/// Why a batch was not committed.
#[derive(Debug)]
pub(super) enum CommitFailure {
    /// Nothing was stored.
    Sure(sqlx::Error),
    /// It was lost during COMMIT.
    Unsure(sqlx::Error),
}

impl From<sqlx::Error> for CommitFailure {
    fn from(error: sqlx::Error) -> Self {
        Self::Sure(error)
    }
}

impl From<CommitFailure> for Error {
    fn from(failure: CommitFailure) -> Self {
        match failure {
            // lock_not_available: the transaction that holds the stream has not ended in time.
            CommitFailure::Sure(error) if code(&error).as_deref() == Some("55P03") => Self::Busy,
            CommitFailure::Sure(error) => Self::Database(error.into()),
            CommitFailure::Unsure(error) => Self::Unsure(error.into()),
        }
    }
}

/// What came of a batch.
#[derive(Debug)]
pub(super) struct BatchOutcome {
    /// One a job, in their order.
    pub(super) outcomes: Vec<CommitOutcome>,
    /// The time that its events are stored with.
    pub(super) at: DateTime<Utc>,
    /// How the streams are now; none where it was not committed.
    pub(super) ledger: Option<Ledger>,
    /// It took one statement, because all was as remembered.
    pub(super) from_memory: bool,
}

/// Commits what can be taken of `jobs`. With a `wait`, streams that are held are waited for.
pub(super) async fn commit(
    conn: &mut PgConnection,
    jobs: &[QueuedAppend],
    wait: Option<Duration>,
    options: &Options,
) -> Result<BatchOutcome, CommitFailure> {
    let patience = options.commit_timeout;
    let now = now(options);
    let mut transaction = in_time(patience, conn.begin_with(BEGIN)).await?;
    let prepared =
        in_time(patience + wait.unwrap_or_default(), prepare(&mut transaction, jobs, now, wait)).await?;
    let Preparation { outcomes, ledger, writes } = prepared;
    if !writes {
        in_time(patience, transaction.rollback()).await?;
        return Ok(BatchOutcome { outcomes, at: now, ledger: None, from_memory: false });
    }
    match in_time(patience, transaction.commit()).await {
        Ok(()) => Ok(BatchOutcome { outcomes, at: now, ledger: Some(ledger), from_memory: false }),
        Err(error) if rolled_back(&error) => Err(CommitFailure::Sure(error)),
        Err(error) => Err(CommitFailure::Unsure(error)),
    }
}

/// Commits `jobs` in one statement, if their streams are as remembered.
pub(super) async fn commit_recalled(
    conn: &mut PgConnection,
    jobs: &[QueuedAppend],
    recalled: &RecalledBatch,
    now: DateTime<Utc>,
    patience: Duration,
) -> sqlx::Result<()> {
    let taken = recalled.appended.iter().map(|appended| Some(appended.first));
    let columns = columns(jobs, taken, &recalled.ledger, now);
    let (ends, marks) = recalled.ends(&columns.moved.streams);
    let (epochs, next_sequences) = recalled.progress(&columns.producers.streams, &columns.producers.ids);
    let before = sql::AssumedState { ends, marks, epochs, next_sequences };
    in_time(patience, sql::store_recalled(conn, &columns, &before, now)).await
}

/// As exact as Postgres keeps it: an event has the same time from memory as from the database.
pub(super) fn now(options: &Options) -> DateTime<Utc> {
    options.clock.now().trunc_subsecs(6)
}

struct Preparation {
    outcomes: Vec<CommitOutcome>,
    ledger: Ledger,
    writes: bool,
}

async fn prepare(
    conn: &mut PgConnection,
    jobs: &[QueuedAppend],
    now: DateTime<Utc>,
    wait: Option<Duration>,
) -> sqlx::Result<Preparation> {
    let mut ledger = lock(conn, jobs, now, wait).await?;
    load_producers(conn, jobs, &mut ledger).await?;
    let outcomes: Vec<_> = jobs.iter().map(|job| judge(&mut ledger, job, wait.is_some())).collect();
    let columns = columns(jobs, taken(&outcomes), &ledger, now);
    let writes = !columns.moved.streams.is_empty();
    if writes {
        sql::store(conn, &columns, now).await?;
    }
    drop(columns);
    Ok(Preparation { outcomes, ledger, writes })
}

async fn lock(
    conn: &mut PgConnection,
    jobs: &[QueuedAppend],
    now: DateTime<Utc>,
    wait: Option<Duration>,
) -> sqlx::Result<Ledger> {
    let streams: HashSet<Uuid> = jobs.iter().map(|job| job.stream.0).collect();
    let streams: Vec<Uuid> = streams.into_iter().collect();
    let mut ledger = Ledger::default();
    for row in sql::lock(conn, &streams, now, wait).await? {
        let locked = LockedStream {
            workspace: row.workspace_id,
            next: Offset::from_column(row.next_offset),
            closed: row.closed,
            expiry: Expiry::from_columns(row.ttl_seconds, row.expires_at),
            gone: sql::gone_error(row.gone),
            mark: row.last_mark,
            producers: HashMap::new(),
        };
        ledger.insert(StreamId(row.id), locked);
    }
    Ok(ledger)
}

async fn load_producers(
    conn: &mut PgConnection,
    jobs: &[QueuedAppend],
    ledger: &mut Ledger,
) -> sqlx::Result<()> {
    let wanted: HashSet<(Uuid, Uuid, &str)> = jobs
        .iter()
        .filter_map(|job| {
            let producer = job.append.producer.as_ref()?;
            Some((ledger.get(job.stream)?.workspace, job.stream.0, producer.id.as_str()))
        })
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let (mut workspaces, mut streams, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for (workspace, stream, id) in wanted {
        workspaces.push(workspace);
        streams.push(stream);
        ids.push(id);
    }
    for (stream, id, epoch, next) in sql::producers(conn, &workspaces, &streams, &ids).await? {
        let progress = ProducerProgress { epoch: epoch.cast_unsigned(), next_sequence: next.cast_unsigned() };
        ledger.insert_producer(StreamId(stream), id, progress);
    }
    Ok(())
}

/// A stream that was not locked is held by another transaction or does not exist; whoever waits for it learns which.
fn judge(ledger: &mut Ledger, job: &QueuedAppend, waited: bool) -> CommitOutcome {
    if ledger.get(job.stream).is_none() && !waited {
        return CommitOutcome::Held;
    }
    CommitOutcome::Settled(ledger.admit(job.stream, &job.append))
}

/// Where the first event of each append goes, if it is to be stored.
fn taken(outcomes: &[CommitOutcome]) -> impl Iterator<Item = Option<Offset>> {
    outcomes.iter().map(|outcome| match outcome {
        CommitOutcome::Settled(Ok(AppendOutcome { first, duplicate: false, .. })) => Some(*first),
        _ => None,
    })
}

fn columns<'a>(
    jobs: &'a [QueuedAppend],
    taken: impl Iterator<Item = Option<Offset>>,
    ledger: &'a Ledger,
    now: DateTime<Utc>,
) -> Columns<'a> {
    let mut columns = Columns::default();
    let (mut streams, mut producers) = (HashSet::new(), HashSet::new());
    for (job, first) in jobs.iter().zip(taken) {
        let Some((first, locked)) = first.zip(ledger.get(job.stream)) else {
            continue;
        };
        if streams.insert(job.stream) {
            columns.moved.add(job.stream, locked, now);
        }
        columns.events.add(job.stream, locked.workspace, first, &job.append.events);
        if let Some(producer) = &job.append.producer
            && let Some(progress) = locked.producer(&producer.id)
            && producers.insert((job.stream, &producer.id))
        {
            columns.producers.add(job.stream, locked.workspace, &producer.id, progress);
        }
    }
    columns
}

/// A stalled connection must not stall every append of the node.
pub(super) async fn in_time<T>(
    patience: Duration,
    work: impl Future<Output = sqlx::Result<T>>,
) -> sqlx::Result<T> {
    match tokio::time::timeout(patience, work).await {
        Ok(done) => done,
        Err(elapsed) => Err(timed_out(elapsed)),
    }
}

/// Whether a failed COMMIT is known to have stored nothing: the server said so itself, and not while being stopped,
/// which can be said after the commit.
pub(super) fn rolled_back(error: &sqlx::Error) -> bool {
    code(error).is_some() && !crate::error::away(error)
}

fn code(error: &sqlx::Error) -> Option<std::borrow::Cow<'_, str>> {
    error.as_database_error().and_then(|error| error.code())
}
