//! Commits a batch and gives everyone in it their answer.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::{
    QueuedAppend,
    commit::{BatchOutcome, CommitFailure, CommitOutcome},
    connection::WriterConnection,
};
use crate::{AppendOutcome, Data, Error, Offset, Record, StreamId, core::Core, error::away, tail::Tail};

/// Commits `jobs` and answers them; hands back those whose stream is held by another transaction.
pub(super) async fn settle(
    core: &Core,
    line: &mut WriterConnection,
    jobs: Vec<QueuedAppend>,
    wait: Option<Duration>,
) -> Vec<QueuedAppend> {
    match commit(core, line, &jobs, wait).await {
        Ok(done) => answer(core, jobs, done),
        // Something in it that Postgres does not take: whose it is shows when each goes alone.
        Err(CommitFailure::Sure(error)) if jobs.len() > 1 && !away(&error) && !is_lock_timeout(&error) => {
            tracing::warn!(error = %error, appends = jobs.len(), "a group commit failed, each append goes alone");
            alone(core, line, jobs, wait).await
        }
        Err(failure) => {
            let error = Error::from(failure);
            for job in jobs {
                reply(job, Err(error.clone()));
            }
            Vec::new()
        }
    }
}

/// Commits them and counts what it stored.
async fn commit(
    core: &Core,
    line: &mut WriterConnection,
    jobs: &[QueuedAppend],
    wait: Option<Duration>,
) -> Result<BatchOutcome, CommitFailure> {
    let begun = Instant::now();
    let done = line.commit(jobs, wait, &core.options).await?;
    let (mut appends, mut events) = (0, 0);
    for outcome in &done.outcomes {
        if let CommitOutcome::Settled(Ok(AppendOutcome { first, next, duplicate: false, .. })) = outcome {
            appends += 1;
            events += next.value() - first.value();
        }
    }
    if appends > 0 {
        core.counters.committed(begun.elapsed(), appends, events);
        if done.from_memory {
            core.counters.committed_from_memory();
        }
    }
    Ok(done)
}

fn is_lock_timeout(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some("55P03")
}

async fn alone(
    core: &Core,
    line: &mut WriterConnection,
    jobs: Vec<QueuedAppend>,
    wait: Option<Duration>,
) -> Vec<QueuedAppend> {
    let mut held = Vec::new();
    for job in jobs {
        let jobs = vec![job];
        match commit(core, line, &jobs, wait).await {
            Ok(done) => held.extend(answer(core, jobs, done)),
            Err(failure) => {
                let error = Error::from(failure);
                jobs.into_iter().for_each(|job| reply(job, Err(error.clone())));
            }
        }
    }
    held
}

/// Followers on this node first, then the appenders.
fn answer(core: &Core, mut jobs: Vec<QueuedAppend>, done: BatchOutcome) -> Vec<QueuedAppend> {
    push(core, &mut jobs, &done);
    core.moved(moved(&jobs, &done));
    let mut held = Vec::new();
    for (job, outcome) in jobs.into_iter().zip(done.outcomes) {
        match outcome {
            CommitOutcome::Settled(result) => reply(job, result),
            CommitOutcome::Held => held.push(job),
        }
    }
    held
}

/// Hands what was committed to the tails in memory, so that they need not read it.
fn push(core: &Core, jobs: &mut [QueuedAppend], done: &BatchOutcome) {
    let mut fresh: HashMap<StreamId, TailUpdate> = HashMap::new();
    for (job, outcome) in jobs.iter_mut().zip(&done.outcomes) {
        let CommitOutcome::Settled(Ok(AppendOutcome { first, duplicate: false, .. })) = outcome else {
            continue;
        };
        let fresh = match fresh.entry(job.stream) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => match core.tails.get(job.stream) {
                Some(tail) => {
                    place.insert(TailUpdate { tail, first: *first, records: Vec::new(), closed: false })
                }
                None => continue,
            },
        };
        fresh.add(*first, std::mem::take(&mut job.append.events), done.at);
        fresh.closed |= job.append.close;
    }
    for TailUpdate { tail, first, records, closed } in fresh.into_values() {
        tail.push(first, records, closed, &core.options);
    }
}

/// The streams that were appended to.
fn moved<'a>(jobs: &'a [QueuedAppend], done: &'a BatchOutcome) -> impl Iterator<Item = StreamId> + 'a {
    jobs.iter().zip(&done.outcomes).filter_map(|(job, outcome)| match outcome {
        CommitOutcome::Settled(Ok(AppendOutcome { duplicate: false, .. })) => Some(job.stream),
        _ => None,
    })
}

/// What a followed stream got in a commit.
struct TailUpdate {
    tail: Arc<Tail>,
    first: Offset,
    records: Vec<Record>,
    closed: bool,
}

impl TailUpdate {
    fn add(&mut self, first: Offset, events: Vec<Data>, at: DateTime<Utc>) {
        let events = events.into_iter().enumerate();
        self.records.extend(events.map(|(place, data)| Record { offset: first.after(place + 1), at, data }));
    }
}

fn reply(job: QueuedAppend, result: Result<AppendOutcome, Error>) {
    // Whoever asked may have gone; what was appended stays.
    let _ = job.answer.send(result);
}
