use chrono::TimeDelta;

use super::{Held, hold::one, hold_in, zone_in};
use crate::{
    Db, Error, Result, Scope, Tx,
    billing::{SubscriptionState, may_bill, period, renew::renew_in, words},
    changes,
    ids::SubscriptionId,
    requests::clock,
};

/// Pauses a subscription: no clock runs, and what is left of the paid period is banked to the second.
///
/// # Errors
/// [`Error::Refused`] where it is not active or is about to end; [`Error::NotFound`] for those who may not see bills.
pub async fn pause(db: &Db, scope: &Scope, subscription: SubscriptionId) -> Result<()> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let mut held = hold_in(&mut tx, scope, subscription).await?;
    renew_in(&mut tx, scope, &mut held).await?;
    let (SubscriptionState::Active, Some((_, end))) = (held.state, held.period) else {
        return Err(Error::refused("Only an active subscription can be paused."));
    };
    if held.ends_with_period {
        let day = words::date(end, zone_in(&mut tx, scope).await?);
        return Err(Error::refused(format!(
            "It ends on {day}. To pause it instead, choose to keep it first."
        )));
    }
    let left = end - tx.now();
    bank_in(&mut tx, scope, &held, left).await?;
    clock::pause_all_in(&mut tx, scope, held.client).await?;
    changes::tell_in(&mut tx, scope, held.client, "subscription", None).await?;
    tx.commit().await
}

async fn bank_in(tx: &mut Tx, scope: &Scope, held: &Held, left: TimeDelta) -> Result<()> {
    let now = tx.now();
    // A begun second is the client's.
    let seconds = left.num_seconds() + i64::from(left.subsec_nanos() > 0);
    let paused = sqlx::query!(
        "UPDATE subscription SET state = 'paused', paused_at = $3, banked_seconds = $4
         WHERE workspace_id = $1 AND id = $2 AND state = 'active'",
        scope.workspace.0,
        held.id.0,
        now,
        seconds,
    )
    .execute(tx.conn())
    .await?;
    one(paused.rows_affected())?;
    sqlx::query!(
        "INSERT INTO subscription_pause (workspace_id, client_id, subscription_id, from_at, banked_seconds)
         VALUES ($1, $2, $3, $4, $5)",
        scope.workspace.0,
        held.client.0,
        held.id.0,
        now,
        seconds,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Goes on with a paused subscription: a period of the banked time begins now, and with its end the next paid one.
///
/// # Errors
/// [`Error::Refused`] where it is not paused; [`Error::NotFound`] for those who may not see bills.
pub async fn resume(db: &Db, scope: &Scope, subscription: SubscriptionId) -> Result<()> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let mut held = hold_in(&mut tx, scope, subscription).await?;
    if held.state != SubscriptionState::Paused {
        return Err(Error::refused("This subscription is not paused."));
    }
    let now = tx.now();
    let end = now + TimeDelta::seconds(held.banked_seconds);
    let anchor = period::anchor(end, zone_in(&mut tx, scope).await?);
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
    close_pause_in(&mut tx, scope, &held).await?;
    (held.state, held.period, held.anchor) = (SubscriptionState::Active, Some((now, end)), anchor);
    renew_in(&mut tx, scope, &mut held).await?;
    clock::resume_all_in(&mut tx, scope, held.client).await?;
    changes::tell_in(&mut tx, scope, held.client, "subscription", None).await?;
    tx.commit().await
}

/// Writes into the ledger that the open pause is over, if there is one.
pub(super) async fn close_pause_in(tx: &mut Tx, scope: &Scope, held: &Held) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "UPDATE subscription_pause SET to_at = $4
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
