use super::READ;
use crate::{
    Error, Result, Scope, Tx,
    billing::{commands::lacks_in, lacking},
    desk::HeldInvoice,
    ids::{ClientId, InvoiceId},
    money::{Currency, Money},
};

/// Invoices that wait for something that the law wants on them, the oldest first.
pub(super) async fn read(tx: &mut Tx, scope: &Scope) -> Result<Vec<HeldInvoice>> {
    let rows = sqlx::query!(
        "SELECT i.id, i.client_id, c.name AS client_name, i.total_minor, i.currency
         FROM invoice i JOIN client c ON c.workspace_id = i.workspace_id AND c.id = i.client_id
         WHERE i.workspace_id = $1 AND i.issue_when_complete ORDER BY i.created_at, i.id LIMIT $2",
        scope.workspace.0,
        READ,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        let client = ClientId(row.client_id);
        let lacks = lacks_in(tx, scope, client).await?;
        let currency: Currency =
            row.currency.parse().map_err(|_| Error::Broken(format!("unknown currency {}", row.currency)))?;
        held.push(HeldInvoice {
            invoice: InvoiceId(row.id),
            client,
            client_name: row.client_name,
            total: Money::new(row.total_minor, currency),
            reason: lacking(&lacks),
            is_ours: lacks.first().is_some_and(|lack| lack.is_senders()),
        });
    }
    Ok(held)
}
