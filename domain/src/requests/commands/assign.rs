use super::operator;
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    db::one_row,
    ids::{AgentId, ClientId, RequestId},
    requests::lock,
    runs,
};

/// Gives a request to an agent, who takes it up when it is started next.
///
/// # Errors
/// Field `agent` for one that does not work for the client; [`Error::Refused`] while somebody is at work on it;
/// [`Error::NotFound`], also for everyone but operators.
pub async fn assign(db: &Db, scope: &Scope, request: RequestId, agent: AgentId) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    row.still_wanted()?;
    if let Some(run) = runs::living_in(&mut tx, scope, &row).await? {
        return Err(Error::refused(format!("{} is working on this. Stop the work first.", run.agent_name)));
    }
    works_for(&mut tx, scope, held.client, agent).await?;
    let done = sqlx::query!(
        "UPDATE request SET agent_id = $4 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        scope.workspace.0,
        held.client.0,
        request.0,
        agent.0,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    held.changed(&mut tx, scope, "request", row.number).await?;
    tx.commit().await
}

async fn works_for(tx: &mut Tx, scope: &Scope, client: ClientId, agent: AgentId) -> Result<()> {
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM agent WHERE workspace_id = $1 AND id = $2
                          AND (client_id IS NULL OR client_id = $3)) AS "known!""#,
        scope.workspace.0,
        agent.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let none = || Error::Fields(FieldErrors::one("agent", "Choose an agent who’s assigned to this client."));
    if known { Ok(()) } else { Err(none()) }
}
