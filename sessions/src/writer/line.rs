//! A connection to commit over, kept while it is good.

use std::time::Duration;

use sqlx::{PgPool, Postgres, pool::PoolConnection};

use super::{
    Job,
    commit::{Done, Failure, commit},
};
use crate::{Options, error::away};

/// Kept between commits: a pool asks each connection whether it lives before it lends it, a round trip per commit.
#[derive(Debug)]
pub(super) struct Line {
    pool: PgPool,
    conn: Option<PoolConnection<Postgres>>,
}

impl Line {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool, conn: None }
    }

    /// Commits; once more over a new connection where the old one was lost before the COMMIT.
    pub(super) async fn commit(
        &mut self,
        jobs: &[Job],
        wait: Option<Duration>,
        options: &Options,
    ) -> Result<Done, Failure> {
        let kept = self.conn.is_some();
        match self.attempt(jobs, wait, options).await {
            Err(Failure::Sure(error)) if kept && away(&error) => self.attempt(jobs, wait, options).await,
            done => done,
        }
    }

    async fn attempt(
        &mut self,
        jobs: &[Job],
        wait: Option<Duration>,
        options: &Options,
    ) -> Result<Done, Failure> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.pool.acquire().await?,
        };
        let done = commit(&mut conn, jobs, wait, options).await;
        match &done {
            // Whatever state it is in, its closing makes an end of it.
            Err(_) => drop(conn.detach()),
            Ok(_) => self.conn = Some(conn),
        }
        done
    }
}
