use crate::{
    Db, Result, Scope,
    billing::{InvoiceState, read_currency, zone_in},
    books::{Misfit, Month, TiedPayment, Ties},
    ids::{ClientId, InvoiceId, PaymentId},
    money::Money,
    payments::PaymentMethod,
    scope::operators_only,
};

/// The most that the page shows of either.
const MOST: i64 = 500;

/// A month's payments beside their invoices, and what does not fit: payments without an invoice or in another currency,
/// invoices that are paid without a payment, sums that differ. None: the present month.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator.
pub async fn ties(db: &Db, scope: &Scope, month: Option<Month>) -> Result<Ties> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let zone = zone_in(&mut tx, scope).await?;
    let month = month.unwrap_or_else(|| Month::of(tx.now(), zone));
    let (from, to) = (month.begin(zone), month.next().begin(zone));
    let rows = sqlx::query!(
        r#"SELECT p.id, p.client_id, c.name, p.invoice_id, i.number AS "number?", i.state AS "state?: InvoiceState",
                  i.total_minor AS "total?", i.currency AS "billed_in?", p.method AS "method: PaymentMethod", p.amount_minor,
                  p.currency, p.aside, p.received_at,
                  coalesce((SELECT within_bigint(sum(o.applied_minor)) FROM payment o
                            WHERE o.invoice_id = p.invoice_id AND o.withdrawn_at IS NULL), 0) AS "applied!"
           FROM payment p
           JOIN client c ON c.workspace_id = p.workspace_id AND c.id = p.client_id
           LEFT JOIN invoice i ON i.id = p.invoice_id
           WHERE p.workspace_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND p.withdrawn_at IS NULL
           ORDER BY p.received_at, p.id LIMIT $4"#,
        scope.workspace.0,
        from,
        to,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    let unpaid = sqlx::query!(
        r#"SELECT i.id, i.client_id, c.name, i.number, i.total_minor, i.currency FROM invoice i
           JOIN client c ON c.workspace_id = i.workspace_id AND c.id = i.client_id
           WHERE i.workspace_id = $1 AND i.state = 'paid' AND i.paid_at >= $2 AND i.paid_at < $3 AND i.total_minor > 0
             AND NOT EXISTS (SELECT FROM payment p WHERE p.invoice_id = i.id AND p.withdrawn_at IS NULL)
           ORDER BY i.paid_at, i.id LIMIT $4"#,
        scope.workspace.0,
        from,
        to,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let number = |number: Option<i64>| number.map(i64::unsigned_abs);
    let (mut payments, mut misfits) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let amount = Money::new(row.amount_minor, read_currency(&row.currency)?);
        let invoice = row.invoice_id.map(|id| (InvoiceId(id), number(row.number)));
        let client = ClientId(row.client_id);
        let total = row.total.zip(row.billed_in.as_deref());
        let said = match (row.state, total) {
            (None, _) | (_, None) => Some("This payment has no invoice.".to_owned()),
            (_, Some((_, billed_in))) if billed_in != row.currency || row.aside == "currency" => {
                Some(format!("Paid in {}, and the invoice is in {billed_in}.", row.currency))
            }
            (Some(InvoiceState::Paid), Some((total, code))) if row.applied != total => {
                let money =
                    |minor: i64| read_currency(code).map(|currency| Money::new(minor, currency).in_full());
                Some(format!(
                    "The invoice comes to {}, and {} was paid for it.",
                    money(total)?,
                    money(row.applied)?
                ))
            }
            (Some(InvoiceState::Issued), Some((total, _))) if row.applied >= total => {
                Some("Paid in full, and the invoice is still open.".to_owned())
            }
            (Some(InvoiceState::Draft | InvoiceState::Void), _) if row.applied > 0 => {
                Some("Paid for an invoice that isn’t to be paid.".to_owned())
            }
            _ => None,
        };
        misfits.extend(said.map(|words| Misfit {
            client,
            client_name: row.name.clone(),
            invoice,
            amount,
            words,
        }));
        payments.push(TiedPayment {
            payment: PaymentId(row.id),
            client,
            client_name: row.name,
            invoice,
            method: row.method,
            amount,
            received_at: row.received_at,
        });
    }
    for row in unpaid {
        misfits.push(Misfit {
            client: ClientId(row.client_id),
            client_name: row.name,
            invoice: Some((InvoiceId(row.id), number(row.number))),
            amount: Money::new(row.total_minor, read_currency(&row.currency)?),
            words: "Marked as paid, and no payment is noted.".to_owned(),
        });
    }
    Ok(Ties { month, payments, misfits })
}
