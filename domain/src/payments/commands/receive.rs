//! Money that came in: what its invoice takes of it, and where the rest goes.

use super::excess::{Excess, send_away_in};
use crate::{
    Error, Result, Scope, Tx,
    billing::{InvoiceState, commands as billing, words},
    ids::{ClientId, InvoiceId, PaymentId},
    mail,
    money::Money,
    payments::{PaymentMethod, ReceivedPayment, queries::rest_in},
};

/// Takes money for an invoice. Less than what is left keeps it issued; enough settles it, which begins its subscription
/// where that waits for it. What is too much goes back or to the client's balance, as the workspace wants; in another
/// currency, it is kept aside. The same charge is taken once.
///
/// # Errors
/// [`Error::NotFound`] for an invoice that is not there.
pub async fn receive_in(tx: &mut Tx, scope: &Scope, payment: ReceivedPayment) -> Result<()> {
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    take_in(tx, &server, &payment).await?;
    tx.enter(scope).await
}

async fn take_in(tx: &mut Tx, server: &Scope, payment: &ReceivedPayment) -> Result<()> {
    let locked = billing::lock_invoice(tx, server, payment.invoice).await?;
    if locked.state == InvoiceState::Draft {
        return Err(Error::refused("This invoice hasn’t been issued yet. Issue it first."));
    }
    let is_aside = payment.amount.currency != locked.total.currency;
    let rest = match locked.state {
        InvoiceState::Issued if !is_aside => rest_in(tx, server, payment.invoice).await?,
        _ => Money::zero(locked.total.currency),
    };
    let applied = payment.amount.minor.min(rest.minor);
    let inserted = insert_in(tx, server, locked.client, payment, applied, is_aside).await?;
    let Some(id) = inserted else { return Ok(()) };
    if is_aside {
        return ask_operators_in(tx, server, locked.client, payment).await;
    }
    if locked.state == InvoiceState::Issued && applied == rest.minor {
        billing::settle_in(tx, server, &locked).await?;
    }
    if payment.method == PaymentMethod::Card {
        billing::record_invoice_in(tx, server, "receive_payment", payment.invoice).await?;
    }
    let excess = Money::new(payment.amount.minor - applied, payment.amount.currency);
    if excess.minor > 0 {
        let excess = Excess {
            client: locked.client,
            payment: id,
            invoice: payment.invoice,
            method: payment.method,
            amount: excess,
        };
        send_away_in(tx, server, &excess).await?;
    }
    crate::live_hints::publish(tx, server, locked.client, "invoice", None).await
}

/// None where the charge was taken before.
async fn insert_in(
    tx: &mut Tx,
    server: &Scope,
    client: ClientId,
    payment: &ReceivedPayment,
    applied: i64,
    is_aside: bool,
) -> Result<Option<PaymentId>> {
    let id = PaymentId::new();
    let inserted = sqlx::query!(
        "INSERT INTO payment (id, workspace_id, client_id, invoice_id, attempt_id, method, reference, amount_minor, currency,
                fee_minor, card, received_at, applied_minor, aside)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, CASE WHEN $14 THEN 'currency' ELSE '' END)
         ON CONFLICT (workspace_id, reference) WHERE method = 'card' DO NOTHING",
        id.0,
        server.workspace.0,
        client.0,
        payment.invoice.0,
        payment.attempt.map(|attempt| attempt.0),
        payment.method.as_str(),
        payment.reference,
        payment.amount.minor,
        payment.amount.currency.code(),
        payment.fee.map(|fee| fee.minor),
        payment.card,
        payment.received_at,
        applied,
        is_aside,
    )
    .execute(tx.conn())
    .await?;
    Ok((inserted.rows_affected() > 0).then_some(id))
}

/// Money in another currency than its invoice settles nothing: an operator sees to it.
async fn ask_operators_in(
    tx: &mut Tx,
    server: &Scope,
    client: ClientId,
    payment: &ReceivedPayment,
) -> Result<()> {
    let number = number_in(tx, server, payment.invoice).await?;
    let body = format!(
        "A payment of {} came in for invoice {number}, which is in another currency. The invoice is still open. Send the money \
         back, or note what it was worth.\n\n{{link:/desk/payments}}\n",
        payment.amount.in_full(),
    );
    mail::commands::queue_to_operators_about_in(
        tx,
        server,
        Some(client),
        "A payment came in the wrong currency",
        &body,
    )
    .await?;
    crate::live_hints::publish(tx, server, client, "invoice", None).await
}

/// An invoice's number as mails say it.
pub(super) async fn number_in(tx: &mut Tx, server: &Scope, invoice: InvoiceId) -> Result<String> {
    let number = sqlx::query_scalar!(
        "SELECT number FROM invoice WHERE workspace_id = $1 AND id = $2",
        server.workspace.0,
        invoice.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(number.map_or_else(|| "draft".to_owned(), |number| words::number(number.unsigned_abs())))
}

/// Lets go of what was paid for an invoice that nobody is to pay any more: it goes back, or to the client's balance.
pub(crate) async fn release_in(tx: &mut Tx, scope: &Scope, invoice: InvoiceId) -> Result<()> {
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    let rows = sqlx::query!(
        r#"SELECT id, client_id, method AS "method: PaymentMethod", applied_minor, currency FROM payment
           WHERE workspace_id = $1 AND invoice_id = $2 AND withdrawn_at IS NULL AND applied_minor > 0
           ORDER BY id FOR UPDATE"#,
        server.workspace.0,
        invoice.0,
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        sqlx::query!(
            "UPDATE payment SET applied_minor = 0 WHERE workspace_id = $1 AND id = $2",
            server.workspace.0,
            row.id,
        )
        .execute(tx.conn())
        .await?;
        let currency = crate::billing::read_currency(&row.currency)?;
        let excess = Excess {
            client: ClientId(row.client_id),
            payment: PaymentId(row.id),
            invoice,
            method: row.method,
            amount: Money::new(row.applied_minor, currency),
        };
        send_away_in(tx, &server, &excess).await?;
    }
    tx.enter(scope).await
}
