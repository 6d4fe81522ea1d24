//! Bank transfers, as the operator notes them, and taking that back.

use chrono::{DateTime, Utc};

use super::receive::receive_in;
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    billing::{
        BalanceReason,
        commands::{
            self as billing,
            balance::{self, NewBalanceEntry},
        },
    },
    ids::{ClientId, InvoiceId, PaymentId},
    money::Money,
    payments::{PaymentMethod, ReceivedPayment, queries::rest_in},
    readable,
    scope::operators_only,
};

/// The longest words of a bank.
const LONGEST: usize = 140;

/// Notes that money came by bank for an invoice: all of it, a part, or too much.
///
/// # Errors
/// Fields `amount`, `reference` and `received_at`; [`Error::Refused`] for a draft; [`Error::NotFound`], also for anyone but
/// an operator.
pub async fn note_transfer(
    db: &Db,
    scope: &Scope,
    invoice: InvoiceId,
    amount: Money,
    reference: &str,
    received_at: DateTime<Utc>,
) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let mut errors = FieldErrors::new();
    if amount.minor <= 0 {
        errors.add("amount", "Enter an amount above zero.");
    }
    let reference = reference.trim();
    if reference.chars().count() > LONGEST || readable::line(reference) != reference {
        errors.add("reference", format!("Use at most {LONGEST} characters on one line."));
    }
    if received_at > tx.now() {
        errors.add("received_at", "Enter the day it arrived. It can’t be in the future.");
    }
    errors.check()?;
    let payment = transfer(invoice, amount, reference, received_at);
    receive_in(&mut tx, scope, payment).await?;
    billing::record_invoice_in(&mut tx, scope, "note_transfer", invoice).await?;
    tx.commit().await
}

fn transfer(
    invoice: InvoiceId,
    amount: Money,
    reference: &str,
    received_at: DateTime<Utc>,
) -> ReceivedPayment {
    ReceivedPayment {
        invoice,
        method: PaymentMethod::Bank,
        amount,
        reference: reference.to_owned(),
        attempt: None,
        card: String::new(),
        fee: None,
        received_at,
    }
}

/// Notes all that is left of an issued invoice as come by bank; nothing where it comes to nothing.
pub(crate) async fn note_whole_rest_in(tx: &mut Tx, scope: &Scope, invoice: InvoiceId) -> Result<()> {
    let rest = rest_in(tx, scope, invoice).await?;
    let now = tx.now();
    receive_in(tx, scope, transfer(invoice, rest, "", now)).await
}

/// Withdraws what was noted for an invoice. The balance gets back what it had paid, and gives back what it got.
///
/// # Errors
/// [`Error::Refused`] where a card paid, or money of it went back already.
pub(crate) async fn take_back_in(tx: &mut Tx, scope: &Scope, invoice: InvoiceId) -> Result<()> {
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    let rows = sqlx::query!(
        r#"SELECT p.id, p.client_id, p.method AS "method: PaymentMethod", p.amount_minor, p.currency,
                  coalesce((SELECT within_bigint(sum(b.amount_minor)) FROM balance_entry b
                   WHERE b.workspace_id = p.workspace_id AND b.payment_id = p.id), 0) AS "balance_minor!",
                  EXISTS (SELECT FROM payment_refund r WHERE r.payment_id = p.id AND r.state <> 'open' AND r.state <> 'failed')
                      AS "went_back!"
           FROM payment p WHERE p.workspace_id = $1 AND p.invoice_id = $2 AND p.withdrawn_at IS NULL
           ORDER BY p.id FOR UPDATE OF p"#,
        server.workspace.0,
        invoice.0,
    )
    .fetch_all(tx.conn())
    .await?;
    if rows.iter().any(|row| row.method == PaymentMethod::Card) {
        return Err(Error::refused("It was paid by card. Refund the payment instead."));
    }
    if rows.iter().any(|row| row.went_back) {
        return Err(Error::refused(
            "Part of the payment was sent back. The invoice and its payment stay on the books.",
        ));
    }
    let now = tx.now();
    for row in rows {
        sqlx::query!(
            "UPDATE payment SET withdrawn_at = $3, applied_minor = 0 WHERE workspace_id = $1 AND id = $2",
            server.workspace.0,
            row.id,
            now,
        )
        .execute(tx.conn())
        .await?;
        sqlx::query!(
            "UPDATE payment_refund SET state = 'failed', ended_at = $3, lease_until = NULL
             WHERE workspace_id = $1 AND payment_id = $2 AND state = 'open'",
            server.workspace.0,
            row.id,
            now,
        )
        .execute(tx.conn())
        .await?;
        // What it left in the balance goes; what the balance had paid comes back.
        let paid = if row.method == PaymentMethod::Balance { row.amount_minor } else { 0 };
        let change = Money::new(paid - row.balance_minor, crate::billing::read_currency(&row.currency)?);
        let entry = NewBalanceEntry {
            invoice: Some(invoice),
            payment: Some(PaymentId(row.id)),
            ..NewBalanceEntry::new(ClientId(row.client_id), change, BalanceReason::Correction)
        };
        balance::insert_in(tx, &server, &entry).await?;
    }
    tx.enter(scope).await
}
