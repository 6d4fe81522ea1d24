use crate::{
    Db, Result, Scope,
    agents::key::{find_in, key},
    ids::AgentId,
    requests::commands::operator,
    sealed::Secret,
};

/// The key itself, for an operator who tries out what it opens. It is never shown.
///
/// # Errors
/// [`crate::Error::NotFound`] for everyone but operators; [`crate::Error::Broken`] for one that does not open.
pub async fn kept_key(db: &Db, scope: &Scope, agent: AgentId) -> Result<Option<Secret>> {
    operator(scope)?;
    key(db, scope, agent).await
}

/// Whether one is set. Nothing more of it is ever shown.
pub async fn has_key(db: &Db, scope: &Scope, agent: AgentId) -> Result<bool> {
    let mut tx = db.begin(scope).await?;
    let found = find_in(&mut tx, scope, agent).await?;
    tx.commit().await?;
    Ok(found.is_some())
}
