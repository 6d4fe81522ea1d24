use chrono::{DateTime, Utc};

use super::{
    LockedSubscription,
    lock::{lock_subscription, one},
    pause::close_pause_in,
};
use crate::{
    Db, Error, Result, Scope, Tx,
    billing::{SubscriptionState, commands::renew::renew_in, may_bill},
    ids::{ClientId, InvoiceId, OfferId, SubscriptionId},
    live_hints,
    requests::clock,
};

/// Asks a subscription to end with the period that is paid for, or takes that back. It is worked under until then.
///
/// # Errors
/// [`Error::Refused`] where it is not active; [`Error::NotFound`] for those who may not see bills.
pub async fn end_with_period(db: &Db, scope: &Scope, subscription: SubscriptionId, ends: bool) -> Result<()> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let mut held = lock_subscription(&mut tx, scope, subscription).await?;
    renew_in(&mut tx, scope, &mut held).await?;
    if held.state != SubscriptionState::Active {
        return Err(Error::refused("Only an active subscription can be set to end with its period."));
    }
    // Who ends it does not pause it: work that waits for a pause to be over is begun.
    let changed = sqlx::query!(
        "UPDATE subscription SET ends_with_period = $3, pause_wanted_at = NULL WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        held.id.0,
        ends,
    )
    .execute(tx.conn())
    .await?;
    one(changed.rows_affected())?;
    if held.pausing {
        clock::resume_all_in(&mut tx, scope, held.client).await?;
    }
    live_hints::publish(&mut tx, scope, held.client, "subscription", None).await?;
    let what = if ends { "end_subscription_later" } else { "keep_subscription" };
    super::audit_log::record_subscription_in(&mut tx, scope, what, subscription).await?;
    tx.commit().await
}

/// Ends a subscription at once. An operator may always; a client only one that is paused, and so gives up what is
/// banked. What was billed stays billed, except the first invoice of one that never began.
///
/// # Errors
/// [`Error::Refused`], [`Error::NotFound`].
pub async fn end_now(db: &Db, scope: &Scope, subscription: SubscriptionId) -> Result<()> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let held = lock_subscription(&mut tx, scope, subscription).await?;
    match held.state {
        SubscriptionState::Ended => return Err(Error::refused("This subscription has already ended.")),
        SubscriptionState::Active if !scope.is_wide() => {
            return Err(Error::refused(
                "It’s paid through the end of this period. Set it to end then instead.",
            ));
        }
        SubscriptionState::AwaitingPayment if !scope.is_wide() => {
            return Err(Error::refused(
                "Your subscription hasn’t started yet. Contact us and we’ll void the invoice.",
            ));
        }
        _ => {}
    }
    let now = tx.now();
    end_in(&mut tx, scope, &held, now).await?;
    super::audit_log::record_subscription_in(&mut tx, scope, "end_subscription", subscription).await?;
    tx.commit().await
}

/// Ends the subscription of a client that waits for its first payment, if there is one; what was sold by it.
pub(crate) async fn end_unpaid_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Option<OfferId>> {
    let waiting = sqlx::query_scalar!(
        "SELECT id FROM subscription WHERE workspace_id = $1 AND client_id = $2 AND state = 'awaiting_payment'",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(subscription) = waiting.map(SubscriptionId) else { return Ok(None) };
    let held = lock_subscription(tx, scope, subscription).await?;
    let now = tx.now();
    end_in(tx, scope, &held, now).await?;
    super::audit_log::record_subscription_in(tx, scope, "end_subscription", subscription).await?;
    Ok(Some(held.offer))
}

/// Ends a subscription that is held, as of `at`.
pub(in crate::billing) async fn end_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedSubscription,
    at: DateTime<Utc>,
) -> Result<()> {
    let ended = sqlx::query!(
        "UPDATE subscription SET state = 'ended', ended_at = $3, paused_at = NULL, pause_wanted_at = NULL, held_at = NULL
         WHERE workspace_id = $1 AND id = $2 AND state <> 'ended'",
        scope.workspace.0,
        held.id.0,
        at,
    )
    .execute(tx.conn())
    .await?;
    one(ended.rows_affected())?;
    close_pause_in(tx, scope, held).await?;
    clock::stop_all_in(tx, scope, held.client).await?;
    if held.state == SubscriptionState::AwaitingPayment {
        void_unpaid_in(tx, scope, held).await?;
    }
    live_hints::publish(tx, scope, held.client, "subscription", None).await
}

async fn void_unpaid_in(tx: &mut Tx, scope: &Scope, held: &LockedSubscription) -> Result<()> {
    let now = tx.now();
    let voided = sqlx::query_scalar!(
        "UPDATE invoice SET state = 'void', voided_at = $4
         WHERE workspace_id = $1 AND client_id = $2 AND subscription_id = $3 AND state = 'issued' RETURNING id",
        scope.workspace.0,
        held.client.0,
        held.id.0,
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    for invoice in voided {
        super::audit_log::record_invoice_by_portal_in(tx, scope, "void_invoice", InvoiceId(invoice)).await?;
        crate::payments::commands::release_in(tx, scope, InvoiceId(invoice)).await?;
    }
    // One that was held back has no number to keep. Drafts are the workspace's own to see.
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    sqlx::query!(
        "DELETE FROM invoice WHERE workspace_id = $1 AND client_id = $2 AND subscription_id = $3 AND issue_when_complete",
        scope.workspace.0,
        held.client.0,
        held.id.0,
    )
    .execute(tx.conn())
    .await?;
    tx.enter(scope).await?;
    live_hints::publish(tx, scope, held.client, "invoice", None).await
}
