use std::time::Duration;

use super::{end::append_run_state, lease::later, suspend};
use crate::{
    Actor, Db, Error, Result, Scope, SystemRole, Tx,
    agents::{self, Backend},
    ids::{AgentId, ClientId, RequestId, RunId, WorkspaceId},
    live_hints,
    requests::lock,
    runs::ClaimedRun,
    session::{Author, RunState},
};

/// How many queued runs are looked at together; other workers may be quicker with some of them.
const CANDIDATES: i64 = 16;

/// A queued run that is due, and whose it is.
struct Candidate {
    run: RunId,
    parent: Option<RunId>,
    request: RequestId,
    agent: (AgentId, String),
    scope: Scope,
    client: ClientId,
}

/// Takes up the queued run that has waited longest, of any workspace, whose agent is ready and is worked by the server,
/// and whose client's subscription is active. `holder` names the worker in the row; the lease has to be renewed before it runs out.
/// However many workers ask at once, one gets it.
pub async fn claim_due(db: &Db, holder: &str, lease: Duration) -> Result<Option<ClaimedRun>> {
    for candidate in candidates(db).await? {
        if let Some(claimed) = claim(db, candidate, holder, lease).await? {
            return Ok(Some(claimed));
        }
    }
    Ok(None)
}

/// The same for an agent that fetches its work: its own queued runs, in the client that its scope is narrowed to.
///
/// # Errors
/// [`Error::NotFound`] for everyone but agents; [`Error::Refused`] for one that the server works.
pub async fn claim_for(db: &Db, scope: &Scope, holder: &str, lease: Duration) -> Result<Option<ClaimedRun>> {
    let Actor::Agent { id: agent, .. } = scope.actor else { return Err(Error::NotFound) };
    if agents::queries::get(db, &Scope::system(scope.workspace), agent).await?.backend != Backend::Pull {
        return Err(Error::refused(
            "This agent runs on the server. To let a program claim its work, switch its backend to External program (pull).",
        ));
    }
    for candidate in candidates_of(db, scope, agent).await? {
        if let Some(claimed) = claim(db, candidate, holder, lease).await? {
            return Ok(Some(claimed));
        }
    }
    Ok(None)
}

async fn candidates(db: &Db) -> Result<Vec<Candidate>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let rows = sqlx::query!(
        "SELECT r.id, r.parent_id, r.workspace_id, r.client_id, r.request_id, a.id AS agent_id, a.name
         FROM run r
         JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id AND a.state = 'ready'
             AND a.backend <> 'pull'
         JOIN client c ON c.id = r.client_id AND c.archived_at IS NULL
         JOIN subscription s ON s.client_id = r.client_id AND s.state = 'active' AND s.held_at IS NULL
             AND (s.pause_wanted_at IS NULL OR r.parent_id IS NOT NULL)
         WHERE r.state = 'queued' AND r.not_before <= $1
         ORDER BY r.not_before LIMIT $2",
        now,
        CANDIDATES,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let (client, agent) = (ClientId(row.client_id), (AgentId(row.agent_id), row.name));
            let actor = Actor::Agent { id: agent.0, name: agent.1.clone() };
            let scope = Scope { workspace: WorkspaceId(row.workspace_id), client: Some(client), actor };
            let (run, parent) = (RunId(row.id), row.parent_id.map(RunId));
            Candidate { run, parent, request: RequestId(row.request_id), agent, scope, client }
        })
        .collect())
}

async fn candidates_of(db: &Db, scope: &Scope, agent: AgentId) -> Result<Vec<Candidate>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let rows = sqlx::query!(
        "SELECT r.id, r.parent_id, r.client_id, r.request_id, a.name
         FROM run r
         JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id AND a.state = 'ready'
             AND a.backend = 'pull'
         JOIN client c ON c.id = r.client_id AND c.archived_at IS NULL
         JOIN subscription s ON s.client_id = r.client_id AND s.state = 'active' AND s.held_at IS NULL
             AND (s.pause_wanted_at IS NULL OR r.parent_id IS NOT NULL)
         WHERE r.workspace_id = $1 AND r.agent_id = $2 AND ($3::uuid IS NULL OR r.client_id = $3)
           AND r.state = 'queued' AND r.not_before <= $4
         ORDER BY r.not_before LIMIT $5",
        scope.workspace.0,
        agent.0,
        scope.client.map(|id| id.0),
        now,
        CANDIDATES,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let client = ClientId(row.client_id);
            let actor = Actor::Agent { id: agent, name: row.name.clone() };
            let scope = Scope { actor, ..scope.within(client) };
            let (run, parent) = (RunId(row.id), row.parent_id.map(RunId));
            let request = RequestId(row.request_id);
            Candidate { run, parent, request, agent: (agent, row.name), scope, client }
        })
        .collect())
}

async fn claim(db: &Db, candidate: Candidate, holder: &str, lease: Duration) -> Result<Option<ClaimedRun>> {
    let Candidate { run, parent, request, agent, scope, client } = candidate;
    let mut tx = db.begin(&scope).await?;
    if !is_entitled_in(&mut tx, &scope, client, parent).await? {
        return Ok(None);
    }
    let taken = take(&mut tx, &scope, client, run, holder, lease).await?;
    let Some((attempt, trace_parent)) = taken else { return Ok(None) };
    let row = lock::find_in(&mut tx, &scope, client, request).await?;
    for stream in [row.session, row.backstage] {
        tx.fence(stream, run.to_string(), attempt.into());
    }
    let claimed =
        ClaimedRun { trace_parent, ..ClaimedRun::new(scope.clone(), (run, parent), agent, attempt, &row) };
    append_run_state(&mut tx, &row, &Author::of(&scope), &claimed.living(), RunState::Working, None).await?;
    suspend::renew_controls_in(&mut tx, &scope, run).await?;
    live_hints::publish(&mut tx, &scope, client, "run", Some(row.number)).await?;
    tx.commit().await?;
    Ok(Some(claimed))
}

/// Whether the run may be taken up now that the subscription's row is held: it may have been paused since it was looked
/// for. While a pause waits for the work in hand, those who help with that work are still let in.
async fn is_entitled_in(tx: &mut Tx, scope: &Scope, client: ClientId, parent: Option<RunId>) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM subscription
         WHERE workspace_id = $1 AND client_id = $2 AND state = 'active' AND (pause_wanted_at IS NULL OR $3)
         FOR SHARE",
        scope.workspace.0,
        client.0,
        parent.is_some(),
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.held_since(None);
    Ok(found.is_some())
}

/// One worker's update finds the run queued; the others pass it over. The attempt's number, and what queued it.
async fn take(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    run: RunId,
    holder: &str,
    lease: Duration,
) -> Result<Option<(u32, Option<String>)>> {
    let (now, until) = (tx.now(), later(tx.now(), lease));
    let taken = sqlx::query!(
        "UPDATE run SET state = 'working', attempt = attempt + 1, lease_holder = $4, lease_until = $5,
                started_at = coalesce(started_at, $6)
         WHERE id = (SELECT id FROM run WHERE workspace_id = $1 AND client_id = $2 AND id = $3
                     AND state = 'queued' AND not_before <= $6 FOR UPDATE SKIP LOCKED)
         RETURNING attempt, trace_parent",
        scope.workspace.0,
        client.0,
        run.0,
        holder,
        until,
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(taken.map(|run| (run.attempt.cast_unsigned(), run.trace_parent)))
}
