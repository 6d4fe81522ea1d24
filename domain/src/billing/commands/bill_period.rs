//! The invoice of a subscription's period, whoever begins it.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use super::{NewInvoice, insert_issued_in, lock::one};
use crate::{
    Result, Scope, Tx,
    billing::{Discount, charge::PeriodCharge, read_currency},
    ids::{ClientId, InvoiceId, SubscriptionId},
    money::Money,
    offers::PricingOptions,
};

/// A period that is to be billed.
pub(super) struct BilledPeriod {
    pub client: ClientId,
    pub subscription: SubscriptionId,
    /// The plan and its time, for the invoice's first line.
    pub what: String,
    /// None before it has begun.
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// Bills a period of a held subscription on its terms: the first price or the price, the discount, and the setup fee that is
/// due. What was used up of these is used up. Nothing to pay needs no invoice.
pub(super) async fn bill_period_in(
    tx: &mut Tx,
    scope: &Scope,
    billed: &BilledPeriod,
) -> Result<Option<InvoiceId>> {
    let charge = charge_in(tx, scope, billed.subscription).await?;
    use_up_in(tx, scope, billed.subscription, &charge).await?;
    if charge.total_minor() <= 0 {
        return Ok(None);
    }
    let invoice = NewInvoice {
        client: billed.client,
        subscription: billed.subscription,
        lines: charge.lines(&billed.what),
        currency: charge.price.currency,
        period: billed.period,
        period_minor: charge.period_minor(),
    };
    insert_issued_in(tx, scope, &invoice).await.map(Some)
}

/// What the next period of a held subscription is billed by.
async fn charge_in(tx: &mut Tx, scope: &Scope, subscription: SubscriptionId) -> Result<PeriodCharge> {
    let row = sqlx::query!(
        r#"SELECT price_minor, currency, pricing AS "pricing: Json<PricingOptions>", first_periods_left, setup_fee_due,
                  discount AS "discount: Json<Discount>"
           FROM subscription WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        subscription.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let currency = read_currency(&row.currency)?;
    let pricing = row.pricing.map(|pricing| pricing.0).unwrap_or_default();
    let first = pricing.first_price.filter(|_| row.first_periods_left > 0);
    let fee = Money::new(pricing.setup_fee_minor, currency);
    Ok(PeriodCharge {
        price: Money::new(first.map_or(row.price_minor, |first| first.minor), currency),
        is_first_price: first.is_some(),
        setup_fee: (row.setup_fee_due && fee.minor > 0).then_some(fee),
        discount: row.discount.map(|discount| discount.0),
    })
}

/// What a period at another price is billed by, with what is taken off a held subscription.
pub(super) async fn charge_for(
    tx: &mut Tx,
    scope: &Scope,
    subscription: SubscriptionId,
    price: Money,
) -> Result<PeriodCharge> {
    let charge = charge_in(tx, scope, subscription).await?;
    Ok(PeriodCharge { price, is_first_price: false, setup_fee: None, ..charge })
}

async fn use_up_in(
    tx: &mut Tx,
    scope: &Scope,
    subscription: SubscriptionId,
    charge: &PeriodCharge,
) -> Result<()> {
    let left = charge.discount.as_ref().and_then(Discount::after_a_period);
    let changed = sqlx::query!(
        "UPDATE subscription SET first_periods_left = greatest(first_periods_left - 1, 0), setup_fee_due = false, discount = $3,
                period_billed = $4
         WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        subscription.0,
        left.as_ref().map(Json) as _,
        charge.total_minor() > 0,
    )
    .execute(tx.conn())
    .await?;
    one(changed.rows_affected())
}
