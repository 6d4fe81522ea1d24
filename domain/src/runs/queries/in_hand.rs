//! The runs that an agent has in hand, for a program that comes with the agent's token rather than with a claim.

use crate::{
    Actor, Db, Error, Result, Scope,
    ids::{AgentId, ClientId, RequestId, RunId},
    requests::lock,
    runs::ClaimedRun,
    session::RunState,
};

/// A run that an agent has in hand, and whether it waits for an answer.
#[derive(Clone, Debug)]
pub struct RunInHand {
    pub claimed: ClaimedRun,
    pub state: RunState,
}

/// What an agent has in hand, in the order in which it took it up: what it works on, and what waits for an answer. A
/// scope that is narrowed to a client has that client's alone.
///
/// # Errors
/// [`Error::NotFound`] for everyone but agents.
pub async fn list_in_hand(db: &Db, scope: &Scope) -> Result<Vec<RunInHand>> {
    let Actor::Agent { id: agent, name } = &scope.actor else { return Err(Error::NotFound) };
    let mut found = Vec::new();
    for row in living(db, scope, *agent).await? {
        let scope = scope.within(row.client);
        let mut tx = db.begin(&scope).await?;
        let request = lock::find_in(&mut tx, &scope, row.client, row.request).await?;
        tx.commit().await?;
        let claimed =
            ClaimedRun::new(scope, (row.run, row.parent), (*agent, name.clone()), row.attempt, &request);
        found.push(RunInHand { claimed, state: row.state });
    }
    Ok(found)
}

struct InHandRow {
    run: RunId,
    parent: Option<RunId>,
    client: ClientId,
    request: RequestId,
    attempt: u32,
    state: RunState,
}

/// An agent that works for everyone has no client's scope until one of its runs gives it one: the server looks for them.
async fn living(db: &Db, scope: &Scope, agent: AgentId) -> Result<Vec<InHandRow>> {
    let mut tx = db.begin(&Scope::system(scope.workspace)).await?;
    let rows = sqlx::query!(
        r#"SELECT id, parent_id, client_id, request_id, attempt, state AS "state: RunState" FROM run
           WHERE workspace_id = $1 AND agent_id = $2 AND ($3::uuid IS NULL OR client_id = $3)
             AND state IN ('working', 'suspended')
           ORDER BY started_at, id"#,
        scope.workspace.0,
        agent.0,
        scope.client.map(|id| id.0),
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| InHandRow {
            run: RunId(row.id),
            parent: row.parent_id.map(RunId),
            client: ClientId(row.client_id),
            request: RequestId(row.request_id),
            attempt: row.attempt.cast_unsigned(),
            state: row.state,
        })
        .collect())
}
