use crate::{
    Db, Error, Result, Scope, SystemRole,
    ids::{ClientId, InvoiceId, WorkspaceId},
    payments::PayToken,
    secret,
};

/// Whose invoice a link leads to: a visitor at one client's, who may pay that invoice and nothing else.
///
/// # Errors
/// [`Error::NotFound`] for a link that is none, or was taken back.
pub async fn open_link(db: &Db, token: &PayToken) -> Result<(Scope, InvoiceId)> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let row = sqlx::query!(
        "SELECT workspace_id, client_id, invoice_id FROM payment_link WHERE hash = $1 AND revoked_at IS NULL",
        secret::hash(token.reveal()),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    let scope = Scope::visitor(WorkspaceId(row.workspace_id)).within(ClientId(row.client_id));
    Ok((scope, InvoiceId(row.invoice_id)))
}
