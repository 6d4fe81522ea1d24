use crate::{
    Db, Error, Result, Scope, SystemRole,
    accounts::{commands::links, devices::Source},
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

/// The same for whoever came with it: a link of the workspace's own, and one that opens nothing counts against the network that it
/// came from.
///
/// # Errors
/// As [`open_link`]; [`Error::TooMany`] where too many opened nothing.
pub async fn open_link_from<'a>(
    db: &Db,
    workspace: WorkspaceId,
    token: &PayToken,
    from: impl Into<Source<'a>>,
) -> Result<(Scope, InvoiceId)> {
    let found =
        if links::is_token(token.reveal()) { open_link(db, token).await } else { Err(Error::NotFound) };
    match found {
        Ok((scope, invoice)) if scope.workspace == workspace => Ok((scope, invoice)),
        Ok(_) | Err(Error::NotFound) => {
            Err(links::check_missed(db, token.reveal(), from.into().network).await)
        }
        Err(error) => Err(error),
    }
}
