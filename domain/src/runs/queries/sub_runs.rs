use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    Db, Result, Tx,
    ids::{AgentId, RunId},
    runs::ClaimedRun,
    session::RunState,
};

/// A sub-run as the run that started it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubRun {
    pub run: RunId,
    /// The name of the agent that helps.
    pub agent: String,
    pub task: String,
    pub state: RunState,
    /// What it came to, once it has completed.
    pub result: Option<String>,
    /// Why not, when it failed or nobody came.
    pub failure: Option<String>,
    pub queued_at: DateTime<Utc>,
}

/// The sub-runs that a run has started, in whichever of its attempts, oldest first.
pub async fn sub_runs(db: &Db, claimed: &ClaimedRun) -> Result<Vec<SubRun>> {
    let mut tx = db.begin(&claimed.scope).await?;
    let rows = sqlx::query!(
        r#"SELECT r.id, a.name, r.task AS "task!", r.state AS "state: RunState", r.result, r.failure, r.queued_at
           FROM run r JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id
           WHERE r.workspace_id = $1 AND r.client_id = $2 AND r.parent_id = $3
           ORDER BY r.queued_at, r.id"#,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let found = rows.into_iter().map(|row| SubRun {
        run: RunId(row.id),
        agent: row.name,
        task: row.task,
        state: row.state,
        result: row.result,
        failure: row.failure,
        queued_at: row.queued_at,
    });
    Ok(found.collect())
}

/// An agent that may be asked to help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Helper {
    pub agent: AgentId,
    pub name: String,
    pub persona: String,
}

/// Who may be asked to help with a run: the other agents that are ready and work for its client. None for a sub-run.
pub async fn helpers(db: &Db, claimed: &ClaimedRun) -> Result<Vec<Helper>> {
    if claimed.parent.is_some() {
        return Ok(Vec::new());
    }
    let mut tx = db.begin(&claimed.scope).await?;
    let helpers = helpers_in(&mut tx, claimed).await?;
    tx.commit().await?;
    Ok(helpers)
}

pub(in crate::runs) async fn helpers_in(tx: &mut Tx, claimed: &ClaimedRun) -> Result<Vec<Helper>> {
    let rows = sqlx::query!(
        "SELECT id, name, persona FROM agent
         WHERE workspace_id = $1 AND (client_id IS NULL OR client_id = $2) AND state = 'ready' AND id <> $3
         ORDER BY created_at, id LIMIT 50",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.agent.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let helper =
        rows.into_iter().map(|row| Helper { agent: AgentId(row.id), name: row.name, persona: row.persona });
    Ok(helper.collect())
}
