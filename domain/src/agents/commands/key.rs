use crate::{
    Db, Result, Scope, Tx,
    agents::key::{remove_in, set_in, whose},
    audit::{self, NewEntry},
    ids::AgentId,
    live_hints,
    requests::commands::operator,
    sealed::{Keyring, SealedSecret},
};

/// Sets or replaces an agent's key.
///
/// # Errors
/// Field `key`; [`Error::NotFound`] for everyone but operators, and for an agent that is not there.
pub async fn set_key(db: &Db, scope: &Scope, agent: AgentId, key: &str) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    set_in(db, &mut tx, scope, agent, key).await?;
    live_hints::publish_to_desk(&mut tx, scope, "agent").await?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("set_agent_key", agent.to_string())).await?;
    tx.commit().await
}

/// Removes it; there may be none.
///
/// # Errors
/// [`Error::NotFound`] for everyone but operators.
pub async fn remove_key(db: &Db, scope: &Scope, agent: AgentId) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    remove_in(&mut tx, scope, agent).await?;
    live_hints::publish_to_desk(&mut tx, scope, "agent").await?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("remove_agent_key", agent.to_string())).await?;
    tx.commit().await
}

/// Seals the workspace's keys under the current master key: how many, and how many no key here opens.
pub(crate) async fn reseal_in(tx: &mut Tx, scope: &Scope, ring: &Keyring) -> Result<(u64, u64)> {
    let rows = sqlx::query!(
        "SELECT agent_id, key_id, wrapped, sealed FROM agent_key WHERE workspace_id = $1 AND key_id <> $2
         ORDER BY agent_id FOR UPDATE",
        scope.workspace.0,
        ring.name(),
    )
    .fetch_all(tx.conn())
    .await?;
    let secrets = rows.into_iter().map(|row| {
        let sealed = SealedSecret { key_id: row.key_id, wrapped: row.wrapped, sealed: row.sealed };
        (AgentId(row.agent_id), sealed)
    });
    let (renewed, unopened) = ring.renew_all(|agent| whose(scope, agent), secrets);
    let mut done = 0;
    for (agent, secret) in &renewed {
        done += reseal_one(tx, scope, *agent, secret).await?;
    }
    Ok((done, unopened))
}

async fn reseal_one(tx: &mut Tx, scope: &Scope, agent: AgentId, renewed: &SealedSecret) -> Result<u64> {
    let done = sqlx::query!(
        "UPDATE agent_key SET key_id = $3, wrapped = $4, sealed = $5 WHERE workspace_id = $1 AND agent_id = $2",
        scope.workspace.0,
        agent.0,
        renewed.key_id,
        renewed.wrapped,
        renewed.sealed,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
