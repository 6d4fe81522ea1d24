use chrono::{DateTime, Utc};

use crate::{
    Error, Result, Scope, Tx,
    billing::{InvoiceState, SubscriptionState},
    ids::{ClientId, InvoiceId, SubscriptionId},
    money::Currency,
    offers::Interval,
};

/// A subscription whose row this transaction holds.
pub(in crate::billing) struct Held {
    pub id: SubscriptionId,
    pub client: ClientId,
    pub name: String,
    pub state: SubscriptionState,
    pub price_minor: i64,
    pub currency: Currency,
    pub interval: Interval,
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub anchor: u32,
    pub banked_seconds: i64,
    pub ends_with_period: bool,
}

/// Holds a subscription until the transaction ends. Before anything else of it is held.
///
/// # Errors
/// [`Error::NotFound`] where the scope does not see it.
pub(in crate::billing) async fn hold_in(
    tx: &mut Tx,
    scope: &Scope,
    subscription: SubscriptionId,
) -> Result<Held> {
    let row = sqlx::query!(
        "SELECT client_id, name, state, price_minor, currency, billing_interval, period_start, period_end, anchor_day,
                banked_seconds, ends_with_period
         FROM subscription WHERE workspace_id = $1 AND id = $2 AND ($3::uuid IS NULL OR client_id = $3) FOR UPDATE",
        scope.workspace.0,
        subscription.0,
        scope.client.map(|client| client.0),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let broken =
        |what: &str, word: &str| Error::Broken(format!("{subscription} holds the unknown {what} {word}"));
    Ok(Held {
        id: subscription,
        client: ClientId(row.client_id),
        state: SubscriptionState::parse(&row.state).ok_or_else(|| broken("state", &row.state))?,
        price_minor: row.price_minor,
        currency: row.currency.parse().map_err(|_| broken("currency", &row.currency))?,
        interval: Interval::parse(&row.billing_interval)
            .ok_or_else(|| broken("interval", &row.billing_interval))?,
        period: row.period_start.zip(row.period_end),
        anchor: u32::from(row.anchor_day.unsigned_abs()),
        banked_seconds: row.banked_seconds,
        ends_with_period: row.ends_with_period,
        name: row.name,
    })
}

/// An invoice whose row this transaction holds, and the subscription that it bills, held as well.
pub(super) struct Bill {
    pub client: ClientId,
    pub state: InvoiceState,
    pub period_start: Option<DateTime<Utc>>,
    pub subscription: Option<Held>,
}

/// Holds an invoice and, before it, the subscription that it bills. For operators.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) async fn hold_bill_in(tx: &mut Tx, scope: &Scope, invoice: InvoiceId) -> Result<Bill> {
    let billed = sqlx::query_scalar!(
        "SELECT subscription_id FROM invoice WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        invoice.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let subscription = match billed {
        Some(id) => Some(hold_in(tx, scope, SubscriptionId(id)).await?),
        None => None,
    };
    let row = sqlx::query!(
        "SELECT client_id, state, period_start FROM invoice WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        scope.workspace.0,
        invoice.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Bill {
        client: ClientId(row.client_id),
        state: InvoiceState::parse(&row.state)
            .ok_or_else(|| Error::Broken(format!("{invoice} is {}", row.state)))?,
        period_start: row.period_start,
        subscription,
    })
}

/// One row was to change and one has.
pub(super) fn one(affected: u64) -> Result<()> {
    if affected == 1 {
        Ok(())
    } else {
        Err(Error::Broken(format!("{affected} rows changed where one was to")))
    }
}
