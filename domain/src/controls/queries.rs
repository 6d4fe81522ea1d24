use super::{ControlKind, PendingControl};
use crate::{
    Db, Error, Result,
    ids::{ControlId, PersonId},
    runs::ClaimedRun,
};

/// What was asked of the agent and is not answered, oldest first.
pub async fn pending(db: &Db, claimed: &ClaimedRun) -> Result<Vec<PendingControl>> {
    let mut tx = db.begin(&claimed.scope).await?;
    let rows = sqlx::query!(
        r#"SELECT c.id, c.kind AS "kind: ControlKind", c.body, c.asked_by, p.name AS "name?"
           FROM control c LEFT JOIN person p ON p.id = c.asked_by
           WHERE c.workspace_id = $1 AND c.run_id = $2 AND c.outcome IS NULL ORDER BY c.asked_at, c.id"#,
        claimed.scope.workspace.0,
        claimed.run.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| PendingControl {
            id: ControlId(row.id),
            kind: row.kind,
            text: row.body,
            asked_by: PersonId(row.asked_by),
            by: row.name.unwrap_or_default(),
        })
        .collect())
}

/// Makes sure that something was said to the agent of this very run.
///
/// # Errors
/// [`Error::NotFound`] where it was not.
pub async fn require_steer(db: &Db, claimed: &ClaimedRun, control: ControlId) -> Result<()> {
    let mut tx = db.begin(&claimed.scope).await?;
    let found = sqlx::query_scalar!(
        "SELECT id FROM control
         WHERE workspace_id = $1 AND client_id = $2 AND run_id = $3 AND id = $4 AND kind = 'steer'",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        control.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    found.map(|_| ()).ok_or(Error::NotFound)
}
