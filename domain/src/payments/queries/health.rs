use chrono::{DateTime, Utc};
use sqlx::{Acquire, PgConnection};

use crate::{Result, SystemRole, db::set_system_role, ids::WorkspaceId};

/// How an account at the provider fares, for `throughline doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountHealth {
    pub workspace: WorkspaceId,
    /// What it is called at the provider.
    pub name: String,
    pub is_live: bool,
    /// Rights that the key lacks.
    pub lacks: Vec<String>,
    pub webhook_secrets: i16,
    pub revoked_at: Option<DateTime<Utc>>,
    pub events_read_to: DateTime<Utc>,
    pub heard_at: Option<DateTime<Utc>>,
}

/// Every account, by a connection of whoever may take the roles; and the database's present.
pub async fn account_health_by(conn: &mut PgConnection) -> Result<(Vec<AccountHealth>, DateTime<Utc>)> {
    let mut tx = conn.begin().await?;
    set_system_role(&mut tx, SystemRole::Jobs).await?;
    let accounts = sqlx::query_as!(
        AccountHealth,
        r#"SELECT workspace_id AS "workspace: WorkspaceId", name, is_live, lacks, webhook_secrets, revoked_at, events_read_to,
                  (SELECT max(received_at) FROM payment_fact WHERE workspace_id = payment_account.workspace_id) AS heard_at
           FROM payment_account ORDER BY workspace_id"#,
    )
    .fetch_all(&mut *tx)
    .await?;
    let now = sqlx::query_scalar!(r#"SELECT now() AS "now!""#).fetch_one(&mut *tx).await?;
    tx.commit().await?;
    Ok((accounts, now))
}
