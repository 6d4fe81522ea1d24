use chrono::{DateTime, Utc};

use super::{NewInvoice, format_in, insert_issued_in};
use crate::{
    Error, OnConstraint, Result, Scope, Tx,
    billing::{InvoiceLine, SubscriptionState, period},
    ids::{ClientId, SubscriptionId},
    live_hints,
    offers::{Offer, Starts},
    requests::clock,
};

type Period = (DateTime<Utc>, DateTime<Utc>);

/// Sells an offer to a client, on the terms that it has now, and bills the first period. Work may start at once, or
/// when the invoice is paid, as the offer says; a price of nothing needs no invoice and no waiting.
///
/// # Errors
/// [`Error::Refused`] where the client holds a subscription already.
pub async fn subscribe_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    offer: &Offer,
) -> Result<SubscriptionId> {
    let begins = offer.terms.price.minor == 0 || offer.terms.starts == Starts::AtOnce;
    sell_in(tx, scope, client, offer, begins).await
}

/// The same, where whoever sells settles whether the first period begins now or waits.
pub(super) async fn sell_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    offer: &Offer,
    begins: bool,
) -> Result<SubscriptionId> {
    let (now, terms) = (tx.now(), &offer.terms);
    let format = format_in(tx, scope).await?;
    let anchor = period::anchor(now, format.zone);
    let first = begins.then(|| (now, period::end(now, anchor, terms.interval, format.zone)));
    let id = insert_in(tx, scope, client, offer, first, anchor).await?;
    if begins {
        // What was written before waits for it.
        clock::resume_all_in(tx, scope, client).await?;
    }
    if terms.price.minor > 0 {
        let what = match first {
            Some((start, end)) => format!("{}, {}", offer.name, format.period(start, end)),
            None => format!("{}, first {}", offer.name, terms.interval.as_str()),
        };
        let lines = vec![InvoiceLine { what, minor: terms.price.minor }];
        let invoice =
            NewInvoice { client, subscription: id, lines, currency: terms.price.currency, period: first };
        insert_issued_in(tx, scope, &invoice).await?;
    }
    super::audit_log::record_subscription_in(tx, scope, "start_subscription", id).await?;
    live_hints::publish(tx, scope, client, "subscription", None).await?;
    Ok(id)
}

/// Copies the terms into a subscription: active with its first period, or waiting for payment without one.
async fn insert_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    offer: &Offer,
    first: Option<Period>,
    anchor: u32,
) -> Result<SubscriptionId> {
    let (id, now, terms) = (SubscriptionId::new(), tx.now(), &offer.terms);
    let state = if first.is_some() { SubscriptionState::Active } else { SubscriptionState::AwaitingPayment };
    sqlx::query!(
        "INSERT INTO subscription (id, workspace_id, client_id, offer_id, name, price_minor, currency, billing_interval,
                active_limit, cycle_hours, revisions, starts, state, started_at, period_start, period_end, anchor_day, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16, $17)",
        id.0,
        scope.workspace.0,
        client.0,
        offer.id.0,
        offer.name,
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
    )
    .execute(tx.conn())
    .await
    .on_constraint("subscription_one_living", || {
        Error::refused("This client already has a subscription. Cancel it before adding another.")
    })?;
    Ok(id)
}
