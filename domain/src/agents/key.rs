//! The key with which the server reaches an agent's service.

use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    audit::{self, Deed},
    ids::AgentId,
    live_hints,
    requests::commands::operator,
    sealed::{For, Keyring, Sealed, Secret},
};

/// The longest key, in bytes.
const MOST: usize = 4_000;

/// Sets or replaces an agent's key.
///
/// # Errors
/// Field `key`; [`Error::NotFound`] for everyone but operators, and for an agent that is not there.
pub async fn set_key(db: &Db, scope: &Scope, agent: AgentId, key: &str) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    set_in(db, &mut tx, scope, agent, key).await?;
    live_hints::publish_to_desk(&mut tx, scope, "agent").await?;
    audit::done_in(&mut tx, scope, Deed::done("set_agent_key", agent.to_string())).await?;
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
    audit::done_in(&mut tx, scope, Deed::done("remove_agent_key", agent.to_string())).await?;
    tx.commit().await
}

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

/// The key itself, for an operator who tries out what it opens. It is never shown.
///
/// # Errors
/// [`Error::NotFound`] for everyone but operators; [`Error::Broken`] for one that does not open.
pub async fn kept_key(db: &Db, scope: &Scope, agent: AgentId) -> Result<Option<Secret>> {
    operator(scope)?;
    key(db, scope, agent).await
}

/// Whether one is set. Nothing more of it is ever shown.
pub async fn has_key(db: &Db, scope: &Scope, agent: AgentId) -> Result<bool> {
    let mut tx = db.begin(scope).await?;
    let found = find(&mut tx, scope, agent).await?;
    tx.commit().await?;
    Ok(found.is_some())
}

/// The key itself, for the server's own work: the one who asks may be an agent, which does not see it. One that is sealed
/// under an older master key is sealed anew.
pub(super) async fn key(db: &Db, scope: &Scope, agent: AgentId) -> Result<Option<Secret>> {
    let scope = Scope::system(scope.workspace);
    let mut tx = db.begin(&scope).await?;
    let Some(sealed) = find(&mut tx, &scope, agent).await? else { return Ok(None) };
    let (ring, whose) = (db.keyring()?, whose(&scope, agent));
    let key = ring.open(&whose, &sealed)?;
    if let Some(renewed) = ring.renewed(&whose, &sealed)? {
        put(&mut tx, &scope, agent, &renewed).await?;
    }
    tx.commit().await?;
    Ok(Some(key))
}

async fn find(tx: &mut Tx, scope: &Scope, agent: AgentId) -> Result<Option<Sealed>> {
    Ok(sqlx::query_as!(
        Sealed,
        "SELECT key_id, wrapped, sealed FROM agent_key WHERE workspace_id = $1 AND agent_id = $2",
        scope.workspace.0,
        agent.0,
    )
    .fetch_optional(tx.conn())
    .await?)
}

async fn put(tx: &mut Tx, scope: &Scope, agent: AgentId, sealed: &Sealed) -> Result<()> {
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

fn whose(scope: &Scope, agent: AgentId) -> For {
    For::new(scope.workspace, &format!("agent/{}/key", agent.0))
}

/// Seals the workspace's keys under the current master key: how many, and how many no key here opens.
pub(crate) async fn reseal_in(tx: &mut Tx, scope: &Scope, ring: &Keyring) -> Result<(u64, u64)> {
    let (mut done, mut unopened) = (0, 0);
    let rows = sqlx::query!(
        "SELECT agent_id, key_id, wrapped, sealed FROM agent_key WHERE workspace_id = $1 AND key_id <> $2
         ORDER BY agent_id FOR UPDATE",
        scope.workspace.0,
        ring.name(),
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let sealed = Sealed { key_id: row.key_id, wrapped: row.wrapped, sealed: row.sealed };
        match ring.renewed(&whose(scope, AgentId(row.agent_id)), &sealed) {
            Ok(Some(renewed)) => done += reseal_one(tx, scope, row.agent_id, &renewed).await?,
            Ok(None) => {}
            Err(_) => unopened += 1,
        }
    }
    Ok((done, unopened))
}

async fn reseal_one(tx: &mut Tx, scope: &Scope, agent: uuid::Uuid, renewed: &Sealed) -> Result<u64> {
    let done = sqlx::query!(
        "UPDATE agent_key SET key_id = $3, wrapped = $4, sealed = $5 WHERE workspace_id = $1 AND agent_id = $2",
        scope.workspace.0,
        agent,
        renewed.key_id,
        renewed.wrapped,
        renewed.sealed,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
