use chrono::{DateTime, Utc};
use sqlx::types::Json;

pub(super) use crate::db::one_row as one;
use crate::{
    Error, Result, Scope, Tx,
    billing::{InvoiceState, NextOffer, SubscriptionState},
    ids::{ClientId, InvoiceId, OfferId, SubscriptionId},
    money::Currency,
    offers::Interval,
};

/// A subscription whose row this transaction holds.
pub(in crate::billing) struct LockedSubscription {
    pub id: SubscriptionId,
    pub client: ClientId,
    pub offer: OfferId,
    pub name: String,
    pub state: SubscriptionState,
    pub price_minor: i64,
    pub currency: Currency,
    pub interval: Interval,
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub anchor: u32,
    pub banked_seconds: i64,
    pub ends_with_period: bool,
    /// A pause waits for the work in hand.
    pub pausing: bool,
    pub next_offer: Option<NextOffer>,
    /// The trial that it begins with, in days.
    pub trial_days: Option<u32>,
    pub needs_card: bool,
}

/// Holds a subscription until the transaction ends. Before anything else of it is held.
///
/// # Errors
/// [`Error::NotFound`] where the scope does not see it.
pub(in crate::billing) async fn lock_subscription(
    tx: &mut Tx,
    scope: &Scope,
    subscription: SubscriptionId,
) -> Result<LockedSubscription> {
    let row = sqlx::query!(
        r#"SELECT client_id, offer_id, name, state AS "state: SubscriptionState", price_minor, currency,
                billing_interval AS "interval: Interval", period_start, period_end, anchor_day,
                banked_seconds, ends_with_period, pause_wanted_at IS NOT NULL AS "pausing!", next_offer AS "next_offer: Json<NextOffer>", trial_days, needs_card,
                greatest(started_at, paused_at, period_start) AS changed_at
         FROM subscription WHERE workspace_id = $1 AND id = $2 AND ($3::uuid IS NULL OR client_id = $3) FOR UPDATE"#,
        scope.workspace.0,
        subscription.0,
        scope.client.map(|client| client.0),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    // What another one did while this one waited is before it.
    tx.held_since(row.changed_at);
    Ok(LockedSubscription {
        id: subscription,
        client: ClientId(row.client_id),
        offer: OfferId(row.offer_id),
        next_offer: row.next_offer.map(|next| next.0),
        state: row.state,
        price_minor: row.price_minor,
        currency: crate::billing::read_currency(&row.currency)?,
        interval: row.interval,
        period: row.period_start.zip(row.period_end),
        anchor: u32::from(row.anchor_day.unsigned_abs()),
        banked_seconds: row.banked_seconds,
        ends_with_period: row.ends_with_period,
        pausing: row.pausing,
        trial_days: row.trial_days.map(|days| days.unsigned_abs().into()),
        needs_card: row.needs_card,
        name: row.name,
    })
}

/// An invoice whose row this transaction holds, and the subscription that it bills, held as well.
pub(super) struct Bill {
    pub client: ClientId,
    pub state: InvoiceState,
    pub total_minor: i64,
    /// It is held back, and goes out by itself.
    pub waits: bool,
    pub period_start: Option<DateTime<Utc>>,
    pub subscription: Option<LockedSubscription>,
}

/// Holds an invoice and, before it, the subscription that it bills. For operators.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) async fn lock_bill(tx: &mut Tx, scope: &Scope, invoice: InvoiceId) -> Result<Bill> {
    let billed = sqlx::query_scalar!(
        "SELECT subscription_id FROM invoice WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        invoice.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let subscription = match billed {
        Some(id) => Some(lock_subscription(tx, scope, SubscriptionId(id)).await?),
        None => None,
    };
    let row = sqlx::query!(
        r#"SELECT client_id, state AS "state: InvoiceState", total_minor, issue_when_complete, period_start FROM invoice
           WHERE workspace_id = $1 AND id = $2 FOR UPDATE"#,
        scope.workspace.0,
        invoice.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.held_since(None);
    Ok(Bill {
        client: ClientId(row.client_id),
        state: row.state,
        total_minor: row.total_minor,
        waits: row.issue_when_complete,
        period_start: row.period_start,
        subscription,
    })
}
