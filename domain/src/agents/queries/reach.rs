use sqlx::types::Json;

use crate::{
    Db, Error, Result,
    agents::{Backend, Reach, Settings, key::key},
    runs::ClaimedRun,
};

/// How the agent of a worker's run is reached.
///
/// # Errors
/// [`Error::NotFound`] where the agent is gone; [`Error::Broken`] where its key does not open.
pub async fn reach(db: &Db, claimed: &ClaimedRun) -> Result<Reach> {
    let mut tx = db.begin(&claimed.scope).await?;
    let row = sqlx::query!(
        r#"SELECT backend AS "backend: Backend", settings AS "settings: Json<Settings>", tools FROM agent
           WHERE workspace_id = $1 AND id = $2"#,
        claimed.scope.workspace.0,
        claimed.agent.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    let key = key(db, &claimed.scope, claimed.agent).await?;
    // It never comes back out of the agent's mouth.
    if let Some(key) = &key {
        claimed.hide(key.reveal());
    }
    Ok(Reach {
        backend: row.backend,
        settings: row.settings.0,
        tools: row.tools,
        key: key.map(|key| key.reveal().to_owned()),
    })
}
