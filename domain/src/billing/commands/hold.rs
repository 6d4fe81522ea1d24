//! Work that stands still while a renewal is overdue. The period goes on and nothing is banked: the client has the use of it again
//! the moment it pays.

use super::{LockedSubscription, lock::lock_subscription};
use crate::{
    Result, Scope, Tx, billing::SubscriptionState, ids::SubscriptionId, live_hints, requests::clock,
};

/// Has work stand still: it is taken from whoever is at it, and clocks stop. Whether this call did it.
pub(crate) async fn hold_in(tx: &mut Tx, scope: &Scope, subscription: SubscriptionId) -> Result<bool> {
    let held = lock_subscription(tx, scope, subscription).await?;
    if held.state != SubscriptionState::Active {
        return Ok(false);
    }
    let now = tx.now();
    let changed = sqlx::query!(
        "UPDATE subscription SET held_at = $3 WHERE workspace_id = $1 AND id = $2 AND held_at IS NULL",
        scope.workspace.0,
        subscription.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    clock::stop_all_in(tx, scope, held.client).await?;
    live_hints::publish(tx, scope, held.client, "subscription", None).await?;
    super::record_subscription_by_portal_in(tx, scope, "hold_work", subscription).await?;
    Ok(true)
}

/// Has work go on, unless another invoice that it stood still for is still open.
pub(super) async fn release_hold_in(tx: &mut Tx, scope: &Scope, held: &LockedSubscription) -> Result<()> {
    let released = sqlx::query!(
        "UPDATE subscription s SET held_at = NULL
         WHERE s.workspace_id = $1 AND s.id = $2 AND s.held_at IS NOT NULL AND NOT EXISTS (
             SELECT FROM invoice i JOIN payment_chase c ON c.invoice_id = i.id AND c.step = 'hold'
             WHERE i.workspace_id = s.workspace_id AND i.subscription_id = s.id AND i.state = 'issued')",
        scope.workspace.0,
        held.id.0,
    )
    .execute(tx.conn())
    .await?;
    if released.rows_affected() == 0 {
        return Ok(());
    }
    clock::resume_all_in(tx, scope, held.client).await?;
    live_hints::publish(tx, scope, held.client, "subscription", None).await?;
    super::record_subscription_by_portal_in(tx, scope, "release_work", held.id).await
}

/// Ends a subscription that is not paid for, at once. What was billed stays billed. Whether this call did it.
pub(crate) async fn end_overdue_in(tx: &mut Tx, scope: &Scope, subscription: SubscriptionId) -> Result<bool> {
    let held = lock_subscription(tx, scope, subscription).await?;
    if held.state != SubscriptionState::Active {
        return Ok(false);
    }
    let now = tx.now();
    super::end_in(tx, scope, &held, now).await?;
    super::record_subscription_by_portal_in(tx, scope, "end_subscription", subscription).await?;
    Ok(true)
}
