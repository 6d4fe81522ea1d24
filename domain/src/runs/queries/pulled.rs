//! Runs in the hands of programs that claim their work over HTTP. Nothing is kept between two calls of theirs: each
//! finds the run anew, by whose it is and by the attempt that it says it is.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sessions::StreamId;

use super::assignment;
use crate::{
    Actor, Db, Error, Result, Scope,
    controls::{self, PendingControl},
    ids::{AgentId, ClientId, RequestId, RunId},
    runs::{
        Assignment, ClaimedRun,
        model::{SessionProducer, lost},
    },
    session::RunState,
};

/// A run of an agent, as it stands.
#[derive(Clone, Debug)]
pub struct PulledRun {
    /// The agent, narrowed to the client that the run is for.
    pub scope: Scope,
    pub run: RunId,
    /// The run that it helps, where it is a sub-run.
    pub parent: Option<RunId>,
    pub request: RequestId,
    pub client: ClientId,
    /// The request's number.
    pub number: u64,
    pub state: RunState,
    /// The newest one; 0 before the first claim.
    pub attempt: u32,
    /// None unless it is at work.
    pub lease_until: Option<DateTime<Utc>>,
    /// In a client's words, when it failed.
    pub failure: Option<String>,
    pub session: StreamId,
    pub backstage: StreamId,
    agent: (AgentId, String),
}

impl PulledRun {
    /// The run in the hands of one attempt.
    ///
    /// # Errors
    /// As [`crate::runs::is_lost`] tells, where it is another's by now or has ended.
    pub fn claimed(&self, attempt: u32) -> Result<ClaimedRun> {
        if attempt != self.attempt || !matches!(self.state, RunState::Working | RunState::Suspended) {
            return Err(lost(attempt));
        }
        Ok(self.latest())
    }

    /// The name of whose run it is.
    pub fn agent_name(&self) -> &str {
        &self.agent.1
    }

    /// What the run is about.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the request is gone.
    pub async fn assignment(&self, db: &Db) -> Result<Assignment> {
        assignment(db, &self.latest()).await
    }

    /// What was asked of the agent and is not answered, oldest first.
    pub async fn pending(&self, db: &Db) -> Result<Vec<PendingControl>> {
        controls::queries::pending(db, &self.latest()).await
    }

    /// The newest attempt, whatever has become of it: to read with, and to note what it has used.
    pub fn latest(&self) -> ClaimedRun {
        let producer = |stream| Arc::new(SessionProducer::new(stream, self.run, self.attempt));
        ClaimedRun {
            scope: self.scope.clone(),
            run: self.run,
            parent: self.parent,
            request: self.request,
            client: self.client,
            number: self.number,
            agent: self.agent.0,
            agent_name: self.agent.1.clone(),
            attempt: self.attempt,
            trace_parent: None,
            session: producer(self.session),
            backstage: producer(self.backstage),
        }
    }
}

/// Finds a run of the agent who acts.
///
/// # Errors
/// [`Error::NotFound`] for everyone else's.
pub async fn get_pulled(db: &Db, scope: &Scope, run: RunId) -> Result<PulledRun> {
    let Actor::Agent { id: agent, .. } = scope.actor else { return Err(Error::NotFound) };
    // An agent may work for several clients: which one this run is for is not known yet.
    let mut tx = db.begin(&Scope::system(scope.workspace)).await?;
    let row = sqlx::query!(
        r#"SELECT r.parent_id, r.client_id, r.request_id, r.state AS "state: RunState", r.attempt, r.lease_until, r.failure, a.name, q.number,
                q.session_stream, q.backstage_stream
         FROM run r
         JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id
         JOIN request q ON q.workspace_id = r.workspace_id AND q.client_id = r.client_id AND q.id = r.request_id
         WHERE r.workspace_id = $1 AND r.id = $2 AND r.agent_id = $3 AND ($4::uuid IS NULL OR r.client_id = $4)"#,
        scope.workspace.0,
        run.0,
        agent.0,
        scope.client.map(|id| id.0),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    let client = ClientId(row.client_id);
    Ok(PulledRun {
        scope: Scope { actor: Actor::Agent { id: agent, name: row.name.clone() }, ..scope.within(client) },
        run,
        parent: row.parent_id.map(RunId),
        request: RequestId(row.request_id),
        client,
        number: row.number.cast_unsigned(),
        state: row.state,
        attempt: row.attempt.cast_unsigned(),
        lease_until: row.lease_until,
        failure: row.failure,
        session: StreamId(row.session_stream),
        backstage: StreamId(row.backstage_stream),
        agent: (agent, row.name),
    })
}

/// A stream that an agent may read: the session or the backstage of a request of which it has, or had, a run.
#[derive(Clone, Debug)]
pub struct ReadableStream {
    /// The newest of its runs.
    pub run: PulledRun,
    pub is_backstage: bool,
}

/// Settles whether the agent who acts may read a stream.
///
/// # Errors
/// [`Error::NotFound`] where it may not.
pub async fn get_readable_stream(db: &Db, scope: &Scope, stream: StreamId) -> Result<ReadableStream> {
    let Actor::Agent { id: agent, .. } = scope.actor else { return Err(Error::NotFound) };
    let mut tx = db.begin(&Scope::system(scope.workspace)).await?;
    let run = sqlx::query_scalar!(
        "SELECT r.id FROM request q
         JOIN run r ON r.workspace_id = q.workspace_id AND r.client_id = q.client_id AND r.request_id = q.id
         WHERE q.workspace_id = $1 AND (q.session_stream = $2 OR q.backstage_stream = $2) AND r.agent_id = $3
           AND ($4::uuid IS NULL OR r.client_id = $4)
         ORDER BY r.queued_at DESC, r.id DESC LIMIT 1",
        scope.workspace.0,
        stream.0,
        agent.0,
        scope.client.map(|id| id.0),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    let run = get_pulled(db, scope, RunId(run)).await?;
    Ok(ReadableStream { is_backstage: run.backstage == stream, run })
}

/// The numbers that the attempt's next words have to carry: in the session, and backstage.
pub async fn next_numbers(db: &Db, run: &PulledRun) -> Result<(u64, u64)> {
    let mut tx = db.begin(&run.scope).await?;
    let streams = [run.session.0, run.backstage.0];
    let rows = sqlx::query!(
        "SELECT stream_id, next_sequence FROM stream_producer
         WHERE workspace_id = $1 AND stream_id = ANY($2) AND producer = $3 AND epoch = $4",
        run.scope.workspace.0,
        &streams,
        run.run.to_string(),
        i64::from(run.attempt),
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let next = |stream| {
        rows.iter().find(|row| row.stream_id == stream).map_or(0, |row| row.next_sequence.cast_unsigned())
    };
    Ok((next(streams[0]), next(streams[1])))
}
