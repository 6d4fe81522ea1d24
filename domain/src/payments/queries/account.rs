use crate::{Db, Result, Scope, Tx, payments::PaymentAccount, scope::operators_only};

/// The workspace's account at the provider; none where it takes no cards.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator.
pub async fn account(db: &Db, scope: &Scope) -> Result<Option<PaymentAccount>> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let account = account_in(&mut tx, scope).await?;
    tx.commit().await?;
    Ok(account)
}

/// The same within a transaction of the workspace's own.
pub(crate) async fn account_in(tx: &mut Tx, scope: &Scope) -> Result<Option<PaymentAccount>> {
    let row = sqlx::query!(
        "SELECT name, is_live, lacks, webhook_secrets, connected_at, checked_at, revoked_at, events_read_to
         FROM payment_account WHERE workspace_id = $1",
        scope.workspace.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| PaymentAccount {
        name: row.name,
        is_live: row.is_live,
        lacks: row.lacks,
        webhook_secrets: u32::from(row.webhook_secrets.unsigned_abs()),
        connected_at: row.connected_at,
        checked_at: row.checked_at,
        revoked_at: row.revoked_at,
        events_read_to: row.events_read_to,
    }))
}
