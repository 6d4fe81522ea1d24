use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    Db, Error, Result, Scope, Tx,
    agents::{Agent, AgentNow, AgentRun, Backend, Settings},
    ids::{AgentId, ClientId, RequestId, RunId},
    session::RunState,
};

/// The most agents and the most living runs that one call answers.
const MOST: i64 = 200;

/// The agents that the scope sees, oldest first: a client sees those that may work for it.
pub async fn list(db: &Db, scope: &Scope) -> Result<Vec<Agent>> {
    let mut tx = db.begin(scope).await?;
    let agents = list_in(&mut tx, scope).await?;
    tx.commit().await?;
    Ok(agents.into_iter().map(|(agent, _)| agent).collect())
}

/// The client that an agent works for; none where it works for anyone's.
pub(crate) async fn client_in(tx: &mut Tx, scope: &Scope, agent: AgentId) -> Result<Option<ClientId>> {
    let client = sqlx::query_scalar!(
        "SELECT client_id FROM agent WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        agent.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(client.flatten().map(ClientId))
}

async fn list_in(tx: &mut Tx, scope: &Scope) -> Result<Vec<(Agent, Option<String>)>> {
    let rows = sqlx::query!(
        r#"SELECT a.id, a.name, a.persona, a.client_id, a.state, a.backend AS "backend: Backend", a.settings AS "settings: Json<Settings>",
                  a.tools, c.name AS "client_name?"
           FROM agent a LEFT JOIN client c ON c.workspace_id = a.workspace_id AND c.id = a.client_id
           WHERE a.workspace_id = $1 ORDER BY a.created_at, a.id LIMIT $2"#,
        scope.workspace.0,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    let internal = scope.is_backstage();
    let agents = rows.into_iter().map(|row| {
        let agent = Agent {
            id: AgentId(row.id),
            name: row.name,
            persona: row.persona,
            client: row.client_id.map(ClientId),
            ready: row.state == "ready",
            backend: row.backend,
            settings: row.settings.0,
            tools: row.tools,
        };
        (if internal { agent } else { agent.for_clients() }, row.client_name)
    });
    Ok(agents.collect())
}

/// One agent.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(db: &Db, scope: &Scope, agent: AgentId) -> Result<Agent> {
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        r#"SELECT name, persona, client_id, state, backend AS "backend: Backend", settings AS "settings: Json<Settings>", tools
           FROM agent WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        agent.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    let agent = Agent {
        id: agent,
        name: row.name,
        persona: row.persona,
        client: row.client_id.map(ClientId),
        ready: row.state == "ready",
        backend: row.backend,
        settings: row.settings.0,
        tools: row.tools,
    };
    Ok(if scope.is_backstage() { agent } else { agent.for_clients() })
}

/// What each agent has in hand.
pub async fn list_with_runs(db: &Db, scope: &Scope) -> Result<Vec<AgentNow>> {
    let mut tx = db.begin(scope).await?;
    let agents = list_in(&mut tx, scope).await?;
    let runs = living(&mut tx, scope).await?;
    tx.commit().await?;
    let mut found: Vec<AgentNow> = agents
        .into_iter()
        .map(|(agent, client_name)| AgentNow { agent, client_name, runs: Vec::new() })
        .collect();
    for row in runs {
        if let Some(owner) = found.iter_mut().find(|now| now.agent.id.0 == row.agent_id) {
            owner.runs.push(row.into_run());
        }
    }
    Ok(found)
}

struct RunRow {
    id: Uuid,
    agent_id: Uuid,
    state: RunState,
    attempt: i32,
    request_id: Uuid,
    client_id: Uuid,
    client_name: String,
    number: i64,
    title: String,
    since: DateTime<Utc>,
}

impl RunRow {
    fn into_run(self) -> AgentRun {
        AgentRun {
            run: RunId(self.id),
            state: self.state,
            attempt: self.attempt.cast_unsigned(),
            request: RequestId(self.request_id),
            client: ClientId(self.client_id),
            client_name: self.client_name,
            number: self.number.cast_unsigned(),
            title: self.title,
            since: self.since.timestamp_millis(),
        }
    }
}

async fn living(tx: &mut Tx, scope: &Scope) -> Result<Vec<RunRow>> {
    Ok(sqlx::query_as!(
        RunRow,
        r#"WITH living AS MATERIALIZED (
               SELECT id, client_id, request_id, agent_id, state, attempt, queued_at, started_at FROM run
               WHERE workspace_id = $1 AND ($2::uuid IS NULL OR client_id = $2)
                 AND state IN ('queued', 'working', 'suspended')
               ORDER BY queued_at, id LIMIT $3
           )
           SELECT r.id, r.agent_id, r.state AS "state: RunState", r.attempt, r.request_id, r.client_id, c.name AS client_name, q.number,
                  q.title, coalesce(r.started_at, r.queued_at) AS "since!"
           FROM living r
           JOIN client c ON c.workspace_id = $1 AND c.id = r.client_id
           JOIN request q ON q.workspace_id = $1 AND q.client_id = r.client_id AND q.id = r.request_id
           ORDER BY r.queued_at, r.id"#,
        scope.workspace.0,
        scope.client.map(|id| id.0),
        MOST,
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Who works for a client: its own ready agent, else the workspace's oldest ready one, else one of those that rest, who
/// will take it up later. `None` in a workspace without any.
pub async fn for_client(db: &Db, scope: &Scope, client: ClientId) -> Result<Option<AgentId>> {
    let mut tx = db.begin(scope).await?;
    let agent = for_client_in(&mut tx, scope, client).await?;
    tx.commit().await?;
    Ok(agent)
}

/// The same within a transaction.
pub async fn for_client_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Option<AgentId>> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM agent WHERE workspace_id = $1 AND (client_id IS NULL OR client_id = $2)
         ORDER BY (state = 'ready') DESC, (client_id IS NULL), created_at, id LIMIT 1",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(AgentId))
}

/// The same agent, if it takes work.
pub(crate) async fn if_ready_in(
    tx: &mut Tx,
    scope: &Scope,
    agent: Option<AgentId>,
) -> Result<Option<AgentId>> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM agent WHERE workspace_id = $1 AND id = $2 AND state = 'ready'",
        scope.workspace.0,
        agent.map(|id| id.0),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(AgentId))
}
