//! What is done to invoices and subscriptions, as the audit log tells it.

use crate::{
    Error, Result, Scope, Tx,
    audit::{self, NewEntry},
    billing::{read_currency, words},
    ids::{ClientId, InvoiceId, SubscriptionId},
    money::Money,
};

/// An invoice, by its number, whose it is and what it comes to.
pub(crate) async fn record_invoice_in(
    tx: &mut Tx,
    scope: &Scope,
    what: &str,
    invoice: InvoiceId,
) -> Result<()> {
    let row = sqlx::query!(
        "SELECT i.client_id, i.number, i.total_minor, i.currency, c.name FROM invoice i
         JOIN client c ON c.workspace_id = i.workspace_id AND c.id = i.client_id
         WHERE i.workspace_id = $1 AND i.id = $2",
        scope.workspace.0,
        invoice.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let number =
        row.number.map_or_else(|| "A draft".to_owned(), |number| words::number(number.cast_unsigned()));
    let total = Money::new(row.total_minor, read_currency(&row.currency)?);
    let entry = NewEntry::done(what, format!("{number}, {}, {total}", row.name));
    audit::commands::record_in(tx, scope, entry.of(ClientId(row.client_id))).await
}

/// The same of what the portal does by itself, whoever's click or whichever job leads to it.
pub(super) async fn record_invoice_by_portal_in(
    tx: &mut Tx,
    scope: &Scope,
    what: &str,
    invoice: InvoiceId,
) -> Result<()> {
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    record_invoice_in(tx, &server, what, invoice).await?;
    tx.enter(scope).await
}

/// A subscription that the portal changes by itself.
pub(in crate::billing) async fn record_subscription_by_portal_in(
    tx: &mut Tx,
    scope: &Scope,
    what: &str,
    subscription: SubscriptionId,
) -> Result<()> {
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    record_subscription_in(tx, &server, what, subscription).await?;
    tx.enter(scope).await
}

/// A subscription, by its name and whose it is.
pub(super) async fn record_subscription_in(
    tx: &mut Tx,
    scope: &Scope,
    what: &str,
    subscription: SubscriptionId,
) -> Result<()> {
    let row = sqlx::query!(
        "SELECT s.client_id, s.name, c.name AS client_name FROM subscription s
         JOIN client c ON c.workspace_id = s.workspace_id AND c.id = s.client_id
         WHERE s.workspace_id = $1 AND s.id = $2",
        scope.workspace.0,
        subscription.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let entry = NewEntry::done(what, format!("{}, {}", row.client_name, row.name));
    audit::commands::record_in(tx, scope, entry.of(ClientId(row.client_id))).await
}
