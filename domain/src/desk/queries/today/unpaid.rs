use super::READ;
use crate::{
    Error, Result, Scope, Tx,
    desk::UnpaidInvoice,
    ids::{ClientId, InvoiceId},
    money::{Currency, Money},
};

/// Invoices that are issued and not paid, the longest due first.
pub(super) async fn read(tx: &mut Tx, scope: &Scope) -> Result<Vec<UnpaidInvoice>> {
    let rows = sqlx::query!(
        r#"SELECT i.id, i.client_id, c.name AS client_name, i.number AS "number!", i.total_minor, i.currency, i.due_at
           FROM invoice i JOIN client c ON c.workspace_id = i.workspace_id AND c.id = i.client_id
           WHERE i.workspace_id = $1 AND i.state = 'issued'
           ORDER BY i.due_at, i.number LIMIT $2"#,
        scope.workspace.0,
        READ,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let currency: Currency = row
                .currency
                .parse()
                .map_err(|_| Error::Broken(format!("unknown currency {}", row.currency)))?;
            Ok(UnpaidInvoice {
                invoice: InvoiceId(row.id),
                client: ClientId(row.client_id),
                client_name: row.client_name,
                number: row.number.cast_unsigned(),
                total: Money::new(row.total_minor, currency),
                due_at: row.due_at,
            })
        })
        .collect()
}
