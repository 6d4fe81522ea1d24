use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Db, Error, Result, Scope,
    ids::{AgentId, ClientId, RunId},
    requests::commands::operator,
    session::RunState,
};

/// The most runs that one call answers.
const MOST: i64 = 100;

/// A run as the desk's lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSummary {
    pub run: RunId,
    /// The run that it helps, where it is a sub-run.
    pub parent: Option<RunId>,
    pub client: ClientId,
    pub client_name: String,
    /// The request's number and title.
    pub number: u64,
    pub title: String,
    pub agent: AgentId,
    pub agent_name: String,
    pub state: RunState,
    pub attempt: u32,
    /// In a client's words, when it failed.
    pub failure: Option<String>,
    pub queued_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// Which runs are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunFilter {
    pub run: Option<RunId>,
    pub agent: Option<AgentId>,
    /// Those alone that have not ended.
    pub living: bool,
}

/// The scope's runs, newest first, at most a hundred.
///
/// # Errors
/// [`Error::NotFound`] for everyone but operators.
pub async fn list(db: &Db, scope: &Scope, filter: RunFilter) -> Result<Vec<RunSummary>> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query_as!(
        RunListRow,
        r#"WITH wanted AS MATERIALIZED (
             SELECT id, parent_id, client_id, request_id, agent_id, state, attempt, failure, queued_at, started_at, ended_at
             FROM run
             WHERE workspace_id = $1 AND ($2::uuid IS NULL OR client_id = $2) AND ($3::uuid IS NULL OR id = $3)
               AND ($4::uuid IS NULL OR agent_id = $4) AND (NOT $5 OR state IN ('queued', 'working', 'suspended'))
             ORDER BY queued_at DESC, id DESC LIMIT $6
         )
         SELECT r.id, r.parent_id, r.client_id, c.name AS client_name, q.number, q.title, r.agent_id, a.name AS agent_name,
                r.state AS "state: RunState",
                r.attempt, r.failure, r.queued_at, r.started_at, r.ended_at
         FROM wanted r
         JOIN client c ON c.workspace_id = $1 AND c.id = r.client_id
         JOIN request q ON q.workspace_id = $1 AND q.client_id = r.client_id AND q.id = r.request_id
         JOIN agent a ON a.workspace_id = $1 AND a.id = r.agent_id
         ORDER BY r.queued_at DESC, r.id DESC"#,
        scope.workspace.0,
        scope.client.map(|id| id.0),
        filter.run.map(|id| id.0),
        filter.agent.map(|id| id.0),
        filter.living,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows.into_iter().map(RunListRow::into_summary).collect())
}

/// One run.
///
/// # Errors
/// [`Error::NotFound`], also for everyone but operators.
pub async fn get(db: &Db, scope: &Scope, run: RunId) -> Result<RunSummary> {
    let filter = RunFilter { run: Some(run), ..RunFilter::default() };
    list(db, scope, filter).await?.into_iter().next().ok_or(Error::NotFound)
}

struct RunListRow {
    id: Uuid,
    parent_id: Option<Uuid>,
    client_id: Uuid,
    client_name: String,
    number: i64,
    title: String,
    agent_id: Uuid,
    agent_name: String,
    state: RunState,
    attempt: i32,
    failure: Option<String>,
    queued_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

impl RunListRow {
    fn into_summary(self) -> RunSummary {
        RunSummary {
            run: RunId(self.id),
            parent: self.parent_id.map(RunId),
            client: ClientId(self.client_id),
            client_name: self.client_name,
            number: self.number.cast_unsigned(),
            title: self.title,
            agent: AgentId(self.agent_id),
            agent_name: self.agent_name,
            state: self.state,
            attempt: self.attempt.cast_unsigned(),
            failure: self.failure,
            queued_at: self.queued_at,
            started_at: self.started_at,
            ended_at: self.ended_at,
        }
    }
}
