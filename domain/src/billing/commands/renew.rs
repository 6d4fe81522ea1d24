//! Periods that are over: billed anew, or ended.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use super::{
    LockedSubscription, begin_pause_in,
    bill_period::{BilledPeriod, bill_period_in},
    card_kept_in, end_in, format_in, lock_subscription, record_subscription_by_portal_in,
};
use crate::{
    Db, Error, Result, Scope, SystemRole, Tx,
    billing::{NextOffer, SubscriptionState, period},
    ids::{SubscriptionId, WorkspaceId},
    live_hints,
};

/// How many subscriptions one round looks at.
const ROUND: i64 = 1_000;

/// Renews every subscription, of all workspaces, whose period is over, begins the pauses that nobody's work holds up any
/// more, and the trials for which a card has come; how many there were. Trying again, or at several
/// places at once, renews none twice. One that fails is logged and does not keep the others waiting.
///
/// # Errors
/// When the database is away.
pub async fn renew_due(db: &Db) -> Result<usize> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let due = sqlx::query!(
        "SELECT s.workspace_id, s.id FROM subscription s
         WHERE (s.state = 'awaiting_payment' AND s.needs_card AND EXISTS (
             SELECT FROM payment_card c
             WHERE c.workspace_id = s.workspace_id AND c.client_id = s.client_id AND c.removed_at IS NULL))
           OR s.state = 'active' AND (s.period_end <= $1 OR (s.pause_wanted_at IS NOT NULL AND NOT EXISTS (
             SELECT FROM run r
             WHERE r.workspace_id = s.workspace_id AND r.client_id = s.client_id AND r.state = 'working')))
         ORDER BY s.period_end LIMIT $2",
        now,
        ROUND,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let mut renewed = 0;
    for row in due {
        match renew(db, WorkspaceId(row.workspace_id), SubscriptionId(row.id)).await {
            Ok(true) => renewed += 1,
            Ok(false) => {}
            Err(error) if error.is_away() => return Err(error),
            Err(error) => tracing::error!(
                subscription.id = %SubscriptionId(row.id),
                error.message = %error,
                "a subscription could not be renewed"
            ),
        }
    }
    Ok(renewed)
}

async fn renew(db: &Db, workspace: WorkspaceId, subscription: SubscriptionId) -> Result<bool> {
    let scope = Scope::system(workspace);
    let mut tx = db.begin(&scope).await?;
    let mut held = lock_subscription(&mut tx, &scope, subscription).await?;
    if held.state == SubscriptionState::AwaitingPayment {
        let begun = card_kept_in(&mut tx, &scope, held.client).await?;
        tx.commit().await?;
        return Ok(begun);
    }
    let renewed = renew_in(&mut tx, &scope, &mut held).await?;
    // A pause begins where a run leaves off; one that did so without a word is caught up with here.
    let paused = held.pausing && begin_pause_in(&mut tx, &scope, subscription).await?;
    tx.commit().await?;
    Ok(renewed || paused)
}

/// Brings a held subscription up to the present: each period that is over is followed by a billed one, or by the end
/// where that was asked for. Whether anything was due.
pub(super) async fn renew_in(tx: &mut Tx, scope: &Scope, held: &mut LockedSubscription) -> Result<bool> {
    let mut renewed = false;
    while let (SubscriptionState::Active, Some((_, over))) = (held.state, held.period) {
        if over > tx.now() {
            break;
        }
        renewed = true;
        if held.ends_with_period {
            end_in(tx, scope, held, over).await?;
            record_subscription_by_portal_in(tx, scope, "end_subscription", held.id).await?;
            held.state = SubscriptionState::Ended;
        } else {
            next_in(tx, scope, held, over).await?;
        }
    }
    Ok(renewed)
}

/// Another offer was chosen for the period that begins: its terms, as they were agreed, take the place of the old ones.
pub(super) async fn take_offer_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &mut LockedSubscription,
    next: &NextOffer,
) -> Result<()> {
    let terms = &next.terms;
    sqlx::query!(
        "UPDATE subscription SET offer_id = $3, name = $4, price_minor = $5, currency = $6, billing_interval = $7,
                active_limit = $8, cycle_hours = $9, revisions = $10, starts = $11, next_offer = NULL,
                pricing = $12, first_periods_left = 0, setup_fee_due = false
         WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        held.id.0,
        next.offer.0,
        next.name,
        terms.price.minor,
        terms.price.currency.code(),
        terms.interval.as_str(),
        terms.active_limit.cast_signed(),
        terms.cycle_hours.cast_signed(),
        terms.revisions.map(u32::cast_signed),
        terms.starts.as_str(),
        (!terms.pricing.is_empty()).then_some(Json(&terms.pricing)) as _,
    )
    .execute(tx.conn())
    .await?;
    (held.offer, held.interval) = (next.offer, terms.interval);
    (held.price_minor, held.currency) = (terms.price.minor, terms.price.currency);
    held.name.clone_from(&next.name);
    Ok(())
}

async fn next_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &mut LockedSubscription,
    start: DateTime<Utc>,
) -> Result<()> {
    if let Some(next) = held.next_offer.take() {
        take_offer_in(tx, scope, held, &next).await?;
    }
    let format = format_in(tx, scope).await?;
    let end = period::end(start, held.anchor, held.interval, format.zone);
    let moved = sqlx::query!(
        "UPDATE subscription SET period_start = $3, period_end = $4 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        held.id.0,
        start,
        end,
    )
    .execute(tx.conn())
    .await?;
    if moved.rows_affected() != 1 {
        return Err(Error::Broken(format!("{} is held and not there", held.id)));
    }
    held.period = Some((start, end));
    record_subscription_by_portal_in(tx, scope, "renew_subscription", held.id).await?;
    let what = format!("{}, {}", held.name, format.period(start, end));
    let (client, subscription) = (held.client, held.id);
    bill_period_in(tx, scope, &BilledPeriod { client, subscription, what, period: held.period }).await?;
    live_hints::publish(tx, scope, held.client, "subscription", None).await
}
