use crate::{Db, Result, Scope, Tx, ids::InvoiceId, payments::PayToken, scope::operators_only, secret};

/// A new way to an invoice's page to pay on, for its mail. Ways that were given before stay good.
///
/// # Errors
/// The database's.
pub async fn create_link_in(tx: &mut Tx, scope: &Scope, invoice: InvoiceId) -> Result<PayToken> {
    let (token, now) = (PayToken::random(), tx.now());
    sqlx::query!(
        "INSERT INTO payment_link (hash, workspace_id, client_id, invoice_id, created_at)
         SELECT $1, workspace_id, client_id, id, $4 FROM invoice WHERE workspace_id = $2 AND id = $3",
        secret::hash(token.reveal()),
        scope.workspace.0,
        invoice.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(token)
}

/// Takes back all ways to an invoice's page to pay on that were given so far.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator.
pub async fn revoke_links(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    sqlx::query!(
        "UPDATE payment_link SET revoked_at = $3 WHERE workspace_id = $1 AND invoice_id = $2 AND revoked_at IS NULL",
        scope.workspace.0,
        invoice.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    let entry = crate::audit::NewEntry::done("revoke_payment_links", "");
    crate::audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}
