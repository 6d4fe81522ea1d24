//! The key with which the server reaches an agent's service.

use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    ids::AgentId,
    sealed::{SealContext, SealedSecret, Secret},
};

/// The longest key, in bytes.
const MOST: usize = 4_000;

pub(super) async fn set_in(db: &Db, tx: &mut Tx, scope: &Scope, agent: AgentId, key: &str) -> Result<()> {
    let sealed = db.keyring()?.seal(&whose(scope, agent), &checked(key)?)?;
    put(tx, scope, agent, &sealed).await
}

pub(super) async fn remove_in(tx: &mut Tx, scope: &Scope, agent: AgentId) -> Result<()> {
    sqlx::query!(
        "DELETE FROM agent_key WHERE workspace_id = $1 AND agent_id = $2",
        scope.workspace.0,
        agent.0,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The key itself, for the server's own work: the one who asks may be an agent, which does not see it. One that is sealed
/// under an older master key is sealed anew.
pub(super) async fn key(db: &Db, scope: &Scope, agent: AgentId) -> Result<Option<Secret>> {
    let scope = Scope::system(scope.workspace);
    let mut tx = db.begin(&scope).await?;
    let Some(sealed) = find_in(&mut tx, &scope, agent).await? else { return Ok(None) };
    let (ring, whose) = (db.keyring()?, whose(&scope, agent));
    let key = ring.open(&whose, &sealed)?;
    if let Some(renewed) = ring.renewed(&whose, &sealed)? {
        put(&mut tx, &scope, agent, &renewed).await?;
    }
    tx.commit().await?;
    Ok(Some(key))
}

pub(super) async fn find_in(tx: &mut Tx, scope: &Scope, agent: AgentId) -> Result<Option<SealedSecret>> {
    Ok(sqlx::query_as!(
        SealedSecret,
        "SELECT key_id, wrapped, sealed FROM agent_key WHERE workspace_id = $1 AND agent_id = $2",
        scope.workspace.0,
        agent.0,
    )
    .fetch_optional(tx.conn())
    .await?)
}

async fn put(tx: &mut Tx, scope: &Scope, agent: AgentId, sealed: &SealedSecret) -> Result<()> {
    let now = tx.now();
    // Written as a select: an agent that is not there, or another workspace's, gets no row.
    let done = sqlx::query!(
        "INSERT INTO agent_key (workspace_id, agent_id, key_id, wrapped, sealed, set_at)
         SELECT workspace_id, id, $3, $4, $5, $6 FROM agent WHERE workspace_id = $1 AND id = $2
         ON CONFLICT (workspace_id, agent_id)
         DO UPDATE SET key_id = $3, wrapped = $4, sealed = $5, set_at = $6",
        scope.workspace.0,
        agent.0,
        sealed.key_id,
        sealed.wrapped,
        sealed.sealed,
        now,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

pub(super) fn checked(key: &str) -> Result<Secret> {
    let key = key.trim();
    let wrong = if key.is_empty() {
        "Enter a key."
    } else if key.len() > MOST {
        "That’s too long to be a key."
    } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        // It travels in a header.
        "Keys can only contain letters, numbers, and symbols, with no spaces."
    } else {
        return Ok(Secret::new(key));
    };
    Err(Error::Fields(FieldErrors::one("key", wrong)))
}

pub(super) fn whose(scope: &Scope, agent: AgentId) -> SealContext {
    SealContext::new(scope.workspace, &format!("agent/{}/key", agent.0))
}
