use serde_json::Value;

use crate::{
    Db, Result,
    runs::{ClaimedRun, model::lost},
};

/// Keeps what the run's next attempt has to know to go on with something that runs elsewhere. It replaces what was kept.
/// `elsewhere`: something works there now, and would go on if nobody told it that the run has ended ([`crate::runs::queries::list_elsewhere`]).
///
/// # Errors
/// As [`crate::runs::is_lost`] tells.
pub async fn keep(db: &Db, claimed: &ClaimedRun, kept: &Value, elsewhere: bool) -> Result<()> {
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

/// Its backend was told: nothing works for it elsewhere any more.
pub async fn clear_elsewhere(db: &Db, claimed: &ClaimedRun) -> Result<()> {
    let mut tx = db.begin(&claimed.scope).await?;
    sqlx::query!(
        "UPDATE run SET elsewhere = false WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await
}
