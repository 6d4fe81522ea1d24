use super::{
    hold::release_hold_in,
    lock::{lock_bill, one},
};
use crate::{
    Db, Error, Result, Scope,
    billing::{InvoiceState, SubscriptionState, operators_only},
    ids::InvoiceId,
    live_hints,
    payments::commands as payments,
};

/// Takes an issued invoice back. It keeps its number and stays on the list; nobody pays it. What was paid of it goes back, or to
/// the client's balance.
///
/// # Errors
/// [`Error::Refused`] where it is paid, still a draft, or the one that a subscription waits for; [`Error::NotFound`]
/// for anyone but an operator.
pub async fn void(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let bill = lock_bill(&mut tx, scope, invoice).await?;
    let awaited =
        bill.subscription.as_ref().is_some_and(|held| held.state == SubscriptionState::AwaitingPayment);
    match bill.state {
        InvoiceState::Issued if awaited => {
            return Err(Error::refused(
                "A subscription is waiting on this payment. Cancel the subscription and the invoice is voided, too.",
            ));
        }
        InvoiceState::Issued => {}
        InvoiceState::Paid => {
            return Err(Error::refused(
                "This invoice is paid. Credit it instead, or mark it as unpaid first.",
            ));
        }
        InvoiceState::Draft => return Err(Error::refused("This is a draft. Discard it instead.")),
        InvoiceState::Void => return Err(Error::refused("This invoice is already void.")),
    }
    let now = tx.now();
    let voided = sqlx::query!(
        "UPDATE invoice SET state = 'void', voided_at = $3 WHERE workspace_id = $1 AND id = $2 AND state = 'issued'",
        scope.workspace.0,
        invoice.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    one(voided.rows_affected())?;
    payments::release_in(&mut tx, scope, invoice).await?;
    if let Some(held) = &bill.subscription {
        release_hold_in(&mut tx, scope, held).await?;
    }
    live_hints::publish(&mut tx, scope, bill.client, "invoice", None).await?;
    super::audit_log::record_invoice_in(&mut tx, scope, "void_invoice", invoice).await?;
    tx.commit().await
}
