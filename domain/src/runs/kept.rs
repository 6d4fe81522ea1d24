use serde_json::Value;

use super::model::{Claimed, lost};
use crate::{Db, Result};

/// Keeps what the run's next attempt has to know to go on with something that runs elsewhere. It replaces what was kept.
/// `elsewhere`: something works there now, and would go on if nobody told it that the run has ended ([`super::left`]).
///
/// # Errors
/// As [`super::is_lost`] tells.
pub async fn keep(db: &Db, claimed: &Claimed, kept: &Value, elsewhere: bool) -> Result<()> {
    let mut tx = db.begin(&claimed.scope).await?;
    let done = sqlx::query!(
        "UPDATE run SET kept = $5, elsewhere = $6
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND attempt = $4 AND state IN ('working', 'suspended')",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        claimed.attempt.cast_signed(),
        kept,
        elsewhere,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(lost(claimed.attempt)) }
}

/// What the run's attempts have kept.
pub async fn kept(db: &Db, claimed: &Claimed) -> Result<Option<Value>> {
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
pub async fn has_ended(db: &Db, claimed: &Claimed) -> Result<bool> {
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
pub async fn waits(db: &Db, claimed: &Claimed) -> Result<bool> {
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
