use serde_json::Value;

use crate::{Db, Result, runs::ClaimedRun};

/// What the run's attempts have kept.
pub async fn kept(db: &Db, claimed: &ClaimedRun) -> Result<Option<Value>> {
    let mut tx = db.begin(&claimed.scope).await?;
    let kept = sqlx::query_scalar!(
        "SELECT kept FROM run WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(kept.flatten())
}

/// Whether the run has ended, whoever ended it: nothing that works for it elsewhere is wanted any more.
pub async fn has_ended(db: &Db, claimed: &ClaimedRun) -> Result<bool> {
    let mut tx = db.begin(&claimed.scope).await?;
    let ended = sqlx::query_scalar!(
        r#"SELECT ended_at IS NOT NULL AS "ended!" FROM run WHERE workspace_id = $1 AND client_id = $2 AND id = $3"#,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(ended.unwrap_or(true))
}

/// Whether the run waits for an answer.
pub async fn waits(db: &Db, claimed: &ClaimedRun) -> Result<bool> {
    let mut tx = db.begin(&claimed.scope).await?;
    let state = sqlx::query_scalar!(
        "SELECT state FROM run WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(state.as_deref() == Some("suspended"))
}
