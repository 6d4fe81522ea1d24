use chrono::{DateTime, Utc};

use crate::{Db, Result, Scope, scope::operators_only};

/// What the provider said that happened, as the desk's page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRow {
    /// The provider's id of it.
    pub id: String,
    /// Its word, `payment_intent.succeeded` for example.
    pub kind: String,
    /// What it is about.
    pub object: String,
    /// What came of it here.
    pub outcome: String,
    pub happened_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
}

/// The facts that were heard last, newest first.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator.
pub async fn latest_facts(db: &Db, scope: &Scope, limit: i64) -> Result<Vec<FactRow>> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let facts = sqlx::query_as!(
        FactRow,
        "SELECT id, kind, object, outcome, happened_at, received_at FROM payment_fact
         WHERE workspace_id = $1 ORDER BY received_at DESC, id DESC LIMIT $2",
        scope.workspace.0,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(facts)
}
