//! A connection to commit over, kept while it is good.

use std::time::Duration;

use sqlx::{PgPool, Postgres, pool::PoolConnection};

use super::{
    QueuedAppend,
    commit::{
        BatchOutcome, CommitFailure, CommitOutcome, commit, commit_recalled, in_time, now, rolled_back,
    },
    memory::{Memory, RecalledBatch},
};
use crate::{Options, error::away, sql};

/// Kept between commits: a pool asks each connection whether it lives before it lends it, a round trip per commit.
#[derive(Debug)]
pub(super) struct WriterConnection {
    pool: PgPool,
    conn: Option<PoolConnection<Postgres>>,
    /// None where streams are waited for: nothing is remembered of those.
    memory: Option<Memory>,
}

impl WriterConnection {
    /// A line that remembers at most so many streams and producers.
    pub(super) fn new(pool: PgPool, most: usize) -> Self {
        Self { pool, conn: None, memory: Some(Memory::new(most)) }
    }

    /// A line for what another transaction holds.
    pub(super) fn waiting(pool: PgPool) -> Self {
        Self { pool, conn: None, memory: None }
    }

    /// Commits in one statement where all streams are as remembered; otherwise in the long way, which locks them first.
    pub(super) async fn commit(
        &mut self,
        jobs: &[QueuedAppend],
        wait: Option<Duration>,
        options: &Options,
    ) -> Result<BatchOutcome, CommitFailure> {
        if let Some(recalled) = self.memory.as_mut().and_then(|memory| memory.recall(jobs))
            && let Some(done) = self.recalled(jobs, recalled, options).await?
        {
            return Ok(self.learn(done));
        }
        let kept = self.conn.is_some();
        let done = match self.attempt(jobs, wait, options).await {
            // Lost before the COMMIT: once more over a new connection.
            Err(CommitFailure::Sure(error)) if kept && away(&error) => {
                self.attempt(jobs, wait, options).await
            }
            done => done,
        };
        done.map(|done| self.learn(done))
    }

    fn learn(&mut self, mut done: BatchOutcome) -> BatchOutcome {
        if let Some((memory, ledger)) = self.memory.as_mut().zip(done.ledger.take()) {
            memory.keep(ledger);
        }
        done
    }

    /// None where something is not as remembered.
    ///
    /// A connection that is lost leaves open whether it was stored. Since the statement stores only behind the ends that
    /// are remembered, it goes through once however often it is sent: where it goes through now, it did not before.
    /// Where it does not, only whoever asks can find out.
    async fn recalled(
        &mut self,
        jobs: &[QueuedAppend],
        recalled: RecalledBatch,
        options: &Options,
    ) -> Result<Option<BatchOutcome>, CommitFailure> {
        let at = now(options);
        let mut lost = None;
        for _ in 0..2 {
            let mut conn = match self.connection(options).await {
                Ok(conn) => conn,
                Err(error) => {
                    return Err(if lost.is_some() { CommitFailure::Unsure(error) } else { error.into() });
                }
            };
            match commit_recalled(&mut conn, jobs, &recalled, at, options.commit_timeout).await {
                Ok(()) => {
                    self.conn = Some(conn);
                    let outcomes =
                        recalled.appended.into_iter().map(|appended| CommitOutcome::Settled(Ok(appended)));
                    return Ok(Some(BatchOutcome {
                        outcomes: outcomes.collect(),
                        at,
                        ledger: Some(recalled.ledger),
                        from_memory: true,
                    }));
                }
                Err(error) if rolled_back(&error) => {
                    self.conn = Some(conn);
                    return lost.map_or(Ok(None), |lost| Err(CommitFailure::Unsure(lost)));
                }
                Err(error) => {
                    drop(conn.detach());
                    lost = Some(error);
                }
            }
        }
        Err(CommitFailure::Unsure(lost.unwrap_or(sqlx::Error::WorkerCrashed)))
    }

    async fn attempt(
        &mut self,
        jobs: &[QueuedAppend],
        wait: Option<Duration>,
        options: &Options,
    ) -> Result<BatchOutcome, CommitFailure> {
        let mut conn = self.connection(options).await?;
        let done = commit(&mut conn, jobs, wait, options).await;
        match &done {
            // Whatever state it is in, its closing makes an end of it.
            Err(_) => drop(conn.detach()),
            Ok(_) => self.conn = Some(conn),
        }
        done
    }

    async fn connection(&mut self, options: &Options) -> sqlx::Result<PoolConnection<Postgres>> {
        if let Some(conn) = self.conn.take() {
            return Ok(conn);
        }
        let mut conn = self.pool.acquire().await?;
        if self.memory.is_some()
            && let Err(error) = in_time(options.commit_timeout, sql::prepare(&mut conn)).await
        {
            drop(conn.detach());
            return Err(error);
        }
        Ok(conn)
    }
}

impl Drop for WriterConnection {
    fn drop(&mut self) {
        // It is set up for commits and nothing else.
        if let Some(conn) = self.conn.take().filter(|_| self.memory.is_some()) {
            drop(conn.detach());
        }
    }
}
