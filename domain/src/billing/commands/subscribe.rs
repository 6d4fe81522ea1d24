use chrono::{DateTime, TimeDelta, Utc};
use sqlx::types::Json;

use super::{
    bill_period::{BilledPeriod, bill_period_in},
    format_in,
};
use crate::{
    Error, OnConstraint, Result, Scope, Tx,
    billing::{Discount, SubscriptionState, period},
    ids::{ClientId, SubscriptionId},
    live_hints,
    offers::{Offer, Starts, Terms},
    requests::clock,
};

type Period = (DateTime<Utc>, DateTime<Utc>);

/// An offer that is sold, on the terms that were chosen.
pub(super) struct Sale<'a> {
    pub offer: &'a Offer,
    pub discount: Option<Discount>,
    /// Whether the first period, or the trial, begins now or waits.
    pub begins: bool,
}

/// Sells an offer to a client, on the terms that it has now, and bills the first period. Work may start at once, or
/// when the invoice is paid, as the offer says; nothing to pay needs no invoice and no waiting. A trial is billed at its end.
///
/// # Errors
/// [`Error::Refused`] where the client holds a subscription already.
pub async fn subscribe_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    offer: &Offer,
) -> Result<SubscriptionId> {
    let begins = begins_for_operators(&offer.terms);
    sell_in(tx, scope, client, &Sale { offer, discount: None, begins }).await
}

/// Whether what an operator sells begins at once.
pub(super) fn begins_for_operators(terms: &Terms) -> bool {
    terms.price.minor == 0 || terms.pricing.trial.is_some() || terms.starts == Starts::AtOnce
}

/// The same, where whoever sells settles whether the first period begins now or waits.
pub(super) async fn sell_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    sale: &Sale<'_>,
) -> Result<SubscriptionId> {
    let (now, begins) = (tx.now(), sale.begins);
    let terms = terms_for_in(tx, scope, client, &sale.offer.terms).await?;
    let format = format_in(tx, scope).await?;
    let trial = terms.pricing.trial.map(|trial| now + TimeDelta::days(trial.days.into()));
    let anchor = period::anchor(trial.filter(|_| begins).unwrap_or(now), format.zone);
    let end = trial.unwrap_or_else(|| period::end(now, anchor, terms.interval, format.zone));
    let first = begins.then_some((now, end));
    let id = insert_in(tx, scope, client, &NewSubscription { sale, terms: &terms, first, anchor }).await?;
    if begins {
        // What was written before waits for it.
        clock::resume_all_in(tx, scope, client).await?;
    }
    if trial.is_none() {
        let what = match first {
            Some((start, end)) => format!("{}, {}", sale.offer.name, format.period(start, end)),
            None => format!("{}, first {}", sale.offer.name, terms.interval.as_str()),
        };
        bill_period_in(tx, scope, &BilledPeriod { client, subscription: id, what, period: first }).await?;
    }
    super::audit_log::record_subscription_in(tx, scope, "start_subscription", id).await?;
    live_hints::publish(tx, scope, client, "subscription", None).await?;
    Ok(id)
}

/// An offer's terms for a client: how an offer begins is for those who had none before.
pub(super) async fn terms_for_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    terms: &Terms,
) -> Result<Terms> {
    let had_one = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM subscription WHERE workspace_id = $1 AND client_id = $2
                          AND started_at IS NOT NULL) AS "any!""#,
        scope.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(if had_one { terms.without_beginning() } else { terms.clone() })
}

struct NewSubscription<'a> {
    sale: &'a Sale<'a>,
    terms: &'a Terms,
    first: Option<Period>,
    anchor: u32,
}

/// Copies the terms into a subscription: active with its first period or trial, or waiting without one.
async fn insert_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    new: &NewSubscription<'_>,
) -> Result<SubscriptionId> {
    let NewSubscription { sale, terms, first, anchor } = *new;
    let (id, now) = (SubscriptionId::new(), tx.now());
    let state = if first.is_some() { SubscriptionState::Active } else { SubscriptionState::AwaitingPayment };
    let pricing = &terms.pricing;
    let trial_begun = pricing.trial.is_some() && first.is_some();
    let first_periods =
        pricing.first_price.map_or(0, |price| i16::try_from(price.periods).unwrap_or(i16::MAX));
    sqlx::query!(
        "INSERT INTO subscription (id, workspace_id, client_id, offer_id, name, price_minor, currency, billing_interval,
                active_limit, cycle_hours, revisions, starts, state, started_at, period_start, period_end, anchor_day, created_at,
                pricing, first_periods_left, setup_fee_due, trial_days, needs_card, trial_ends_at, discount, period_billed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
                $24, $25)",
        id.0,
        scope.workspace.0,
        client.0,
        sale.offer.id.0,
        sale.offer.name,
        terms.price.minor,
        terms.price.currency.code(),
        terms.interval.as_str(),
        terms.active_limit.cast_signed(),
        terms.cycle_hours.cast_signed(),
        terms.revisions.map(u32::cast_signed),
        terms.starts.as_str(),
        state.as_str(),
        first.map(|(start, _)| start),
        first.map(|(_, end)| end),
        i16::try_from(anchor).unwrap_or(1),
        now,
        (!pricing.is_empty()).then_some(Json(pricing)) as _,
        first_periods,
        pricing.setup_fee_minor > 0,
        pricing.trial.filter(|_| !trial_begun).map(|trial| i16::try_from(trial.days).unwrap_or(365)),
        pricing.trial.is_some_and(|trial| trial.needs_card) && !trial_begun,
        first.filter(|_| trial_begun).map(|(_, end)| end),
        sale.discount.as_ref().map(Json) as _,
        // Billing says otherwise.
        false,
    )
    .execute(tx.conn())
    .await
    .on_constraint("subscription_one_living", || {
        Error::refused("This client already has a subscription. Cancel it before adding another.")
    })?;
    Ok(id)
}
