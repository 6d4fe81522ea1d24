use crate::{
    Db, Error, Result, Scope, Tx,
    audit::{self, NewEntry},
    billing,
    ids::{ClientId, InvoiceId},
    payments::{PayToken, may_pay},
    scope::operators_only,
    secret,
};

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

/// A new way to an invoice's page to pay on, for a person who is signed in: the client's, who goes there at once, or the
/// operator's, who hands it on.
///
/// # Errors
/// [`Error::Refused`] for a draft; [`Error::NotFound`] for those who may not pay it.
pub async fn create_link(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<PayToken> {
    may_pay(scope)?;
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        "SELECT client_id, number FROM invoice WHERE workspace_id = $1 AND id = $2 AND ($3::uuid IS NULL OR client_id = $3)",
        scope.workspace.0,
        invoice.0,
        scope.client.map(|client| client.0),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let Some(number) = row.number else {
        return Err(Error::refused("This is a draft. Issue it first."));
    };
    let token = create_link_in(&mut tx, scope, invoice).await?;
    // Whoever pays their own leaves the payment in the log.
    if scope.is_wide() {
        let entry = NewEntry::done("create_payment_link", number.to_string()).of(ClientId(row.client_id));
        audit::commands::record_in(&mut tx, scope, entry).await?;
    }
    tx.commit().await?;
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
    billing::commands::record_invoice_in(&mut tx, scope, "revoke_payment_links", invoice).await?;
    tx.commit().await
}
