use chrono::TimeDelta;

use super::{LockedSubscription, format_in, lock::one, lock_subscription, zone_in};
use crate::{
    Db, Error, Result, Scope, Tx,
    billing::{SubscriptionState, commands::renew::renew_in, may_bill, period},
    ids::{ClientId, SubscriptionId},
    live_hints,
    requests::clock,
};

/// When a pause begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseOutcome {
    /// It has begun.
    Now,
    /// Somebody is at work: it begins when that work ends, and until then the paid time goes on.
    AfterWork,
}

/// Pauses a subscription: no clock runs, and what is left of the paid period is banked in whole seconds. While somebody
/// works for the client the pause waits for them, and the time goes on until then; nothing new is begun.
///
/// # Errors
/// [`Error::Refused`] where it is not active or is about to end; [`Error::NotFound`] for those who may not see bills.
pub async fn pause(db: &Db, scope: &Scope, subscription: SubscriptionId) -> Result<PauseOutcome> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let mut held = lock_subscription(&mut tx, scope, subscription).await?;
    renew_in(&mut tx, scope, &mut held).await?;
    let (SubscriptionState::Active, Some((_, end))) = (held.state, held.period) else {
        return Err(Error::refused("Only an active subscription can be paused."));
    };
    if held.ends_with_period {
        let day = format_in(&mut tx, scope).await?.day(end);
        return Err(Error::refused(format!(
            "It’s set to end on {day}. To pause it instead, keep the subscription first."
        )));
    }
    let begins = if is_at_work_in(&mut tx, scope, held.client).await? {
        want_in(&mut tx, scope, &held, true).await?;
        clock::pause_all_in(&mut tx, scope, held.client).await?;
        live_hints::publish(&mut tx, scope, held.client, "subscription", None).await?;
        PauseOutcome::AfterWork
    } else {
        begin_in(&mut tx, scope, &held).await?;
        PauseOutcome::Now
    };
    super::audit_log::record_subscription_in(&mut tx, scope, "pause_subscription", subscription).await?;
    tx.commit().await?;
    Ok(begins)
}

/// Begins a pause that was asked for and waited for the client's work, if nobody is at it any more. Call it where a run
/// left off, in the same transaction, under the board's hold.
pub(crate) async fn pause_if_at_rest_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<()> {
    let wanted = sqlx::query_scalar!(
        "SELECT id FROM subscription
         WHERE workspace_id = $1 AND client_id = $2 AND state = 'active' AND pause_wanted_at IS NOT NULL",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(subscription) = wanted else { return Ok(()) };
    // An agent leaves off; what follows is the server's.
    let server = Scope::system(scope.workspace).within(client);
    tx.enter(&server).await?;
    // Boxed: what it finds to end takes runs back, which asks here.
    Box::pin(begin_pause_in(tx, &server, SubscriptionId(subscription))).await?;
    tx.enter(scope).await
}

/// The same for one subscription; whether its pause began.
pub(in crate::billing) async fn begin_pause_in(
    tx: &mut Tx,
    scope: &Scope,
    subscription: SubscriptionId,
) -> Result<bool> {
    let mut held = lock_subscription(tx, scope, subscription).await?;
    if !held.pausing || is_at_work_in(tx, scope, held.client).await? {
        return Ok(false);
    }
    renew_in(tx, scope, &mut held).await?;
    if held.state != SubscriptionState::Active {
        return Ok(false);
    }
    begin_in(tx, scope, &held).await?;
    super::audit_log::record_subscription_by_portal_in(tx, scope, "begin_pause", subscription).await?;
    Ok(true)
}

async fn is_at_work_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM run WHERE workspace_id = $1 AND client_id = $2 AND state = 'working') AS "any!""#,
        scope.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Notes that a pause is wanted, or not any more.
async fn want_in(tx: &mut Tx, scope: &Scope, held: &LockedSubscription, wanted: bool) -> Result<()> {
    let now = tx.now();
    let noted = sqlx::query!(
        "UPDATE subscription SET pause_wanted_at = CASE WHEN $3 THEN coalesce(pause_wanted_at, $4::timestamptz) END
         WHERE workspace_id = $1 AND id = $2 AND state = 'active'",
        scope.workspace.0,
        held.id.0,
        wanted,
        now,
    )
    .execute(tx.conn())
    .await?;
    one(noted.rows_affected())
}

async fn begin_in(tx: &mut Tx, scope: &Scope, held: &LockedSubscription) -> Result<()> {
    let Some((_, end)) = held.period else {
        return Err(Error::Broken(format!("{} is active without a period", held.id)));
    };
    let now = tx.now();
    // Whole seconds that are left: rounding never gives time that was not paid for.
    let seconds = (end - now).num_seconds().max(0);
    let paused = sqlx::query!(
        "UPDATE subscription SET state = 'paused', paused_at = $3, banked_seconds = $4, pause_wanted_at = NULL
         WHERE workspace_id = $1 AND id = $2 AND state = 'active'",
        scope.workspace.0,
        held.id.0,
        now,
        seconds,
    )
    .execute(tx.conn())
    .await?;
    one(paused.rows_affected())?;
    // Two pauses within one instant are one entry.
    sqlx::query!(
        "INSERT INTO subscription_pause (workspace_id, client_id, subscription_id, from_at, banked_seconds)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT ON CONSTRAINT subscription_pause_pkey
         DO UPDATE SET to_at = NULL, banked_seconds = excluded.banked_seconds",
        scope.workspace.0,
        held.client.0,
        held.id.0,
        now,
        seconds,
    )
    .execute(tx.conn())
    .await?;
    clock::pause_all_in(tx, scope, held.client).await?;
    live_hints::publish(tx, scope, held.client, "subscription", None).await
}

/// Goes on with a paused subscription: a period of the banked time begins now, and with its end the next paid one. A
/// pause that has not begun is not wanted any more.
///
/// # Errors
/// [`Error::Refused`] where it is not paused; [`Error::NotFound`] for those who may not see bills.
pub async fn resume(db: &Db, scope: &Scope, subscription: SubscriptionId) -> Result<()> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let mut held = lock_subscription(&mut tx, scope, subscription).await?;
    match held.state {
        SubscriptionState::Paused => reopen_in(&mut tx, scope, &mut held).await?,
        SubscriptionState::Active if held.pausing => want_in(&mut tx, scope, &held, false).await?,
        _ => return Err(Error::refused("This subscription isn’t paused.")),
    }
    clock::resume_all_in(&mut tx, scope, held.client).await?;
    live_hints::publish(&mut tx, scope, held.client, "subscription", None).await?;
    super::audit_log::record_subscription_in(&mut tx, scope, "resume_subscription", subscription).await?;
    tx.commit().await
}

async fn reopen_in(tx: &mut Tx, scope: &Scope, held: &mut LockedSubscription) -> Result<()> {
    let now = tx.now();
    let end = now + TimeDelta::seconds(held.banked_seconds);
    let anchor = period::anchor(end, zone_in(tx, scope).await?);
    let resumed = sqlx::query!(
        "UPDATE subscription SET state = 'active', paused_at = NULL, banked_seconds = 0, period_start = $3, period_end = $4,
                anchor_day = $5
         WHERE workspace_id = $1 AND id = $2 AND state = 'paused'",
        scope.workspace.0,
        held.id.0,
        now,
        end,
        i16::try_from(anchor).unwrap_or(1),
    )
    .execute(tx.conn())
    .await?;
    one(resumed.rows_affected())?;
    close_pause_in(tx, scope, held).await?;
    (held.state, held.period, held.anchor) = (SubscriptionState::Active, Some((now, end)), anchor);
    renew_in(tx, scope, held).await.map(|_| ())
}

/// Writes into the ledger that the open pause is over, if there is one.
pub(super) async fn close_pause_in(tx: &mut Tx, scope: &Scope, held: &LockedSubscription) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "UPDATE subscription_pause SET to_at = greatest(from_at, $4)
         WHERE workspace_id = $1 AND client_id = $2 AND subscription_id = $3 AND to_at IS NULL",
        scope.workspace.0,
        held.client.0,
        held.id.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
