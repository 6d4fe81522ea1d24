use sqlx::{Acquire, PgConnection};

use super::Keyring;
use crate::{Db, Result, SystemRole, db::set_system_role};

/// Secrets that were sealed under a master key that is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnopenedSecrets {
    /// The key's name. It tells nothing of the key.
    pub key_id: String,
    /// How many keys of agents, secrets of webhooks, and accounts at the payment provider.
    pub agents: i64,
    pub webhooks: i64,
    pub payments: i64,
}

/// What is sealed, of all workspaces, and does not open with the master keys that are here.
pub async fn unopened(db: &Db) -> Result<Vec<UnopenedSecrets>> {
    let ring = db.keyring()?;
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let found = find(tx.conn(), Some(&ring)).await?;
    tx.commit().await?;
    Ok(found)
}

/// The same by a connection of whoever may take the roles. Without master keys nothing opens.
pub async fn unopened_by(conn: &mut PgConnection, ring: Option<&Keyring>) -> Result<Vec<UnopenedSecrets>> {
    let mut tx = conn.begin().await?;
    set_system_role(&mut tx, SystemRole::Jobs).await?;
    let found = find(&mut tx, ring).await?;
    tx.commit().await?;
    Ok(found)
}

async fn find(conn: &mut PgConnection, ring: Option<&Keyring>) -> Result<Vec<UnopenedSecrets>> {
    let all = sqlx::query_as!(
        UnopenedSecrets,
        r#"SELECT key_id AS "key_id!", count(*) FILTER (WHERE what = 'agent') AS "agents!",
                  count(*) FILTER (WHERE what = 'webhook') AS "webhooks!",
                  count(*) FILTER (WHERE what = 'payments') AS "payments!"
           FROM (SELECT key_id, 'agent' AS what FROM agent_key
                 UNION ALL SELECT key_id, 'webhook' FROM webhook WHERE removed_at IS NULL
                 UNION ALL SELECT key_id, 'payments' FROM payment_account) AS sealed
           GROUP BY key_id ORDER BY key_id"#,
    )
    .fetch_all(conn)
    .await?;
    Ok(all.into_iter().filter(|sealed| ring.is_none_or(|ring| ring.find(&sealed.key_id).is_none())).collect())
}
