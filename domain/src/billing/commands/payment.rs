use chrono::TimeDelta;

use super::{
    LockedSubscription,
    credit::is_credited_in,
    hold::release_hold_in,
    lock::{Bill, lock_bill, one},
    zone_in,
};
use crate::{
    Db, Error, Result, Scope, Tx,
    billing::{InvoiceState, SubscriptionState, operators_only, period, read_currency},
    ids::{ClientId, InvoiceId},
    live_hints,
    money::Money,
    payments::commands as payments,
    requests::clock,
};

/// An invoice that money comes in for: its row is held, and before it the subscription that it bills.
pub(crate) struct LockedInvoice {
    pub id: InvoiceId,
    pub client: ClientId,
    pub state: InvoiceState,
    pub total: Money,
    bill: Bill,
}

/// Holds an invoice until the transaction ends. For the workspace's own scope.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn lock_invoice(tx: &mut Tx, scope: &Scope, invoice: InvoiceId) -> Result<LockedInvoice> {
    let bill = lock_bill(tx, scope, invoice).await?;
    let currency = sqlx::query_scalar!(
        "SELECT currency FROM invoice WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        invoice.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let total = Money::new(bill.total_minor, read_currency(&currency)?);
    Ok(LockedInvoice { id: invoice, client: bill.client, state: bill.state, total, bill })
}

/// Settles an issued invoice, all of which is there. The first payment of a subscription that waits for it begins its first
/// period and starts the work; what stood still for it goes on.
pub(crate) async fn settle_in(tx: &mut Tx, scope: &Scope, locked: &LockedInvoice) -> Result<()> {
    set_paid_in(tx, scope, locked.id, true).await?;
    let held = locked.bill.subscription.as_ref();
    if let Some(held) = held.filter(|held| held.state == SubscriptionState::AwaitingPayment) {
        begin_in(tx, scope, held, Some(locked.id)).await?;
    }
    if let Some(held) = held {
        release_hold_in(tx, scope, held).await?;
    }
    lift_limit_in(tx, scope, locked.client).await
}

/// Marks an issued invoice as paid: what is left of it came by bank.
///
/// # Errors
/// [`Error::Refused`] where it is not issued; [`Error::NotFound`] for anyone but an operator.
pub async fn mark_paid(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let locked = lock_invoice(&mut tx, scope, invoice).await?;
    if locked.state != InvoiceState::Issued {
        return Err(Error::refused(
            "Only issued invoices can be marked as paid. Reload the page to see its status.",
        ));
    }
    if locked.total.minor > 0 {
        payments::note_whole_rest_in(&mut tx, scope, invoice).await?;
    } else {
        settle_in(&mut tx, scope, &locked).await?;
    }
    super::audit_log::record_invoice_in(&mut tx, scope, "mark_invoice_paid", invoice).await?;
    publish_and_commit(tx, scope, locked.client).await
}

/// Takes back a payment that was marked by mistake. Where it had begun the subscription's first period, and that one
/// still runs, the subscription waits for its payment again.
///
/// # Errors
/// [`Error::Refused`] where it is not paid, or a card paid it; [`Error::NotFound`] for anyone but an operator.
pub async fn take_back_payment(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let bill = lock_bill(&mut tx, scope, invoice).await?;
    if bill.state != InvoiceState::Paid {
        return Err(Error::refused("This invoice isn’t marked as paid. Reload the page to see its status."));
    }
    if is_credited_in(&mut tx, scope, invoice).await? {
        return Err(Error::refused("It was credited. The invoice and its payment stay on the books."));
    }
    payments::take_back_in(&mut tx, scope, invoice).await?;
    set_paid_in(&mut tx, scope, invoice, false).await?;
    let began = |held: &LockedSubscription| {
        held.state == SubscriptionState::Active && held.period.map(|(start, _)| start) == bill.period_start
    };
    if let Some(held) = bill.subscription.filter(began)
        && unbegin_in(&mut tx, scope, &held, invoice).await?
    {
        clock::stop_all_in(&mut tx, scope, held.client).await?;
        live_hints::publish(&mut tx, scope, held.client, "subscription", None).await?;
    }
    super::audit_log::record_invoice_in(&mut tx, scope, "mark_invoice_unpaid", invoice).await?;
    publish_and_commit(tx, scope, bill.client).await
}

async fn publish_and_commit(mut tx: Tx, scope: &Scope, client: ClientId) -> Result<()> {
    live_hints::publish(&mut tx, scope, client, "invoice", None).await?;
    tx.commit().await
}

async fn set_paid_in(tx: &mut Tx, scope: &Scope, invoice: InvoiceId, paid: bool) -> Result<()> {
    let now = tx.now();
    let changed = sqlx::query!(
        "UPDATE invoice SET state = CASE WHEN $3 THEN 'paid' ELSE 'issued' END, paid_at = CASE WHEN $3 THEN $4::timestamptz END
         WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        invoice.0,
        paid,
        now,
    )
    .execute(tx.conn())
    .await?;
    one(changed.rows_affected())
}

/// Begins the first period of a subscription that waited for it, dates the invoice that bills it, and starts the work.
pub(super) async fn begin_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedSubscription,
    invoice: Option<InvoiceId>,
) -> Result<()> {
    let (now, zone) = (tx.now(), zone_in(tx, scope).await?);
    let trial = held.trial_days.map(|days| now + TimeDelta::days(days.into()));
    // Periods end on the day on which the trial did.
    let anchor = period::anchor(trial.unwrap_or(now), zone);
    let end = trial.unwrap_or_else(|| period::end(now, anchor, held.interval, zone));
    let begun = sqlx::query!(
        "UPDATE subscription SET state = 'active', started_at = $3, period_start = $3, period_end = $4, anchor_day = $5,
                trial_ends_at = $6, trial_days = NULL, needs_card = false,
                period_billed = CASE WHEN $6::timestamptz IS NULL THEN period_billed ELSE false END
         WHERE workspace_id = $1 AND id = $2 AND state = 'awaiting_payment'",
        scope.workspace.0,
        held.id.0,
        now,
        end,
        i16::try_from(anchor).unwrap_or(1),
        trial,
    )
    .execute(tx.conn())
    .await?;
    one(begun.rows_affected())?;
    if let Some(invoice) = invoice {
        let dated = sqlx::query!(
            "UPDATE invoice SET period_start = $3, period_end = $4 WHERE workspace_id = $1 AND id = $2",
            scope.workspace.0,
            invoice.0,
            now,
            end,
        )
        .execute(tx.conn())
        .await?;
        one(dated.rows_affected())?;
    }
    clock::resume_all_in(tx, scope, held.client).await?;
    live_hints::publish(tx, scope, held.client, "subscription", None).await
}

/// Who has paid is no newcomer any more.
async fn lift_limit_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<()> {
    sqlx::query!(
        "DELETE FROM cost_limit WHERE workspace_id = $1 AND client_id = $2 AND until_paid",
        scope.workspace.0,
        client.0,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether the subscription was one that its payment had begun, and now waits for it again.
async fn unbegin_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedSubscription,
    invoice: InvoiceId,
) -> Result<bool> {
    let waiting = sqlx::query!(
        "UPDATE subscription SET state = 'awaiting_payment', started_at = NULL, period_start = NULL, period_end = NULL,
                ends_with_period = false, pause_wanted_at = NULL
         WHERE workspace_id = $1 AND id = $2 AND state = 'active' AND starts = 'on_payment' AND started_at = period_start",
        scope.workspace.0,
        held.id.0,
    )
    .execute(tx.conn())
    .await?;
    if waiting.rows_affected() == 0 {
        return Ok(false);
    }
    let undated = sqlx::query!(
        "UPDATE invoice SET period_start = NULL, period_end = NULL WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        invoice.0,
    )
    .execute(tx.conn())
    .await?;
    one(undated.rows_affected())?;
    Ok(true)
}
