use chrono::{DateTime, Utc};
use sqlx::types::Json;

use crate::{
    Db, Result, Scope,
    billing::{Discount, NextOffer, Pause, Subscription, SubscriptionState, may_bill, operators_only},
    ids::{ClientId, OfferId, SubscriptionId},
    offers::{Interval, PricingOptions, Starts, queries::TermsRow},
};

/// Every living subscription of the workspace, by client.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator.
pub async fn list_subscriptions(db: &Db, scope: &Scope) -> Result<Vec<Subscription>> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query_as!(
        SubscriptionRow,
        r#"SELECT s.id, s.client_id, c.name AS client_name, s.offer_id, s.name, s.price_minor, s.currency, s.billing_interval AS "interval: Interval",
                s.active_limit, s.cycle_hours, s.revisions, s.starts AS "starts: Starts", s.state AS "state: SubscriptionState", s.started_at, s.period_start, s.period_end,
                s.paused_at, s.banked_seconds, s.ends_with_period, s.ended_at, s.created_at,
                s.pause_wanted_at IS NOT NULL AS "pausing!",
                s.next_offer AS "next_offer: Json<NextOffer>", s.pricing AS "pricing: Json<PricingOptions>",
                s.trial_days, s.needs_card, s.trial_ends_at, s.first_periods_left, s.discount AS "discount: Json<Discount>"
         FROM subscription s JOIN client c ON c.workspace_id = s.workspace_id AND c.id = s.client_id
         WHERE s.workspace_id = $1 AND s.state <> 'ended' ORDER BY lower(c.name), s.created_at"#,
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    rows.into_iter().map(SubscriptionRow::subscription).collect()
}

/// What a client holds: the living subscription, else the one that ended last.
///
/// # Errors
/// [`crate::Error::NotFound`] for those who may not see bills.
pub async fn find_subscription(db: &Db, scope: &Scope, client: ClientId) -> Result<Option<Subscription>> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query_as!(
        SubscriptionRow,
        r#"SELECT s.id, s.client_id, c.name AS client_name, s.offer_id, s.name, s.price_minor, s.currency, s.billing_interval AS "interval: Interval",
                s.active_limit, s.cycle_hours, s.revisions, s.starts AS "starts: Starts", s.state AS "state: SubscriptionState", s.started_at, s.period_start, s.period_end,
                s.paused_at, s.banked_seconds, s.ends_with_period, s.ended_at, s.created_at,
                s.pause_wanted_at IS NOT NULL AS "pausing!",
                s.next_offer AS "next_offer: Json<NextOffer>", s.pricing AS "pricing: Json<PricingOptions>",
                s.trial_days, s.needs_card, s.trial_ends_at, s.first_periods_left, s.discount AS "discount: Json<Discount>"
         FROM subscription s JOIN client c ON c.workspace_id = s.workspace_id AND c.id = s.client_id
         WHERE s.workspace_id = $1 AND s.client_id = $2
         ORDER BY (s.state = 'ended'), s.ended_at DESC, s.created_at DESC LIMIT 1"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    row.map(SubscriptionRow::subscription).transpose()
}

/// Everything that a client held and holds, oldest first.
///
/// # Errors
/// [`crate::Error::NotFound`] for those who may not see bills.
pub async fn list_subscriptions_of(db: &Db, scope: &Scope, client: ClientId) -> Result<Vec<Subscription>> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query_as!(
        SubscriptionRow,
        r#"SELECT s.id, s.client_id, c.name AS client_name, s.offer_id, s.name, s.price_minor, s.currency, s.billing_interval AS "interval: Interval",
                s.active_limit, s.cycle_hours, s.revisions, s.starts AS "starts: Starts", s.state AS "state: SubscriptionState", s.started_at, s.period_start, s.period_end,
                s.paused_at, s.banked_seconds, s.ends_with_period, s.ended_at, s.created_at,
                s.pause_wanted_at IS NOT NULL AS "pausing!",
                s.next_offer AS "next_offer: Json<NextOffer>", s.pricing AS "pricing: Json<PricingOptions>",
                s.trial_days, s.needs_card, s.trial_ends_at, s.first_periods_left, s.discount AS "discount: Json<Discount>"
         FROM subscription s JOIN client c ON c.workspace_id = s.workspace_id AND c.id = s.client_id
         WHERE s.workspace_id = $1 AND s.client_id = $2 ORDER BY s.created_at, s.id"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    rows.into_iter().map(SubscriptionRow::subscription).collect()
}

/// The clients that an invoice can be written for, by name.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator.
pub async fn list_billable_clients(db: &Db, scope: &Scope) -> Result<Vec<(ClientId, String)>> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        "SELECT id, name FROM client WHERE workspace_id = $1 AND archived_at IS NULL ORDER BY lower(name), id",
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows.into_iter().map(|row| (ClientId(row.id), row.name)).collect())
}

/// The ledger of a subscription's pauses, newest first.
///
/// # Errors
/// [`crate::Error::NotFound`] for those who may not see bills.
pub async fn list_pauses(db: &Db, scope: &Scope, subscription: &Subscription) -> Result<Vec<Pause>> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let pauses = sqlx::query_as!(
        Pause,
        r#"SELECT from_at AS "from", to_at AS "to", banked_seconds FROM subscription_pause
           WHERE workspace_id = $1 AND client_id = $2 AND subscription_id = $3 ORDER BY from_at DESC"#,
        scope.workspace.0,
        subscription.client.0,
        subscription.id.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(pauses)
}

struct SubscriptionRow {
    id: uuid::Uuid,
    client_id: uuid::Uuid,
    client_name: String,
    offer_id: uuid::Uuid,
    name: String,
    price_minor: i64,
    currency: String,
    interval: Interval,
    active_limit: i32,
    cycle_hours: i32,
    revisions: Option<i32>,
    starts: Starts,
    state: SubscriptionState,
    started_at: Option<DateTime<Utc>>,
    period_start: Option<DateTime<Utc>>,
    period_end: Option<DateTime<Utc>>,
    paused_at: Option<DateTime<Utc>>,
    banked_seconds: i64,
    pausing: bool,
    ends_with_period: bool,
    next_offer: Option<Json<NextOffer>>,
    pricing: Option<Json<PricingOptions>>,
    trial_days: Option<i16>,
    needs_card: bool,
    trial_ends_at: Option<DateTime<Utc>>,
    first_periods_left: i16,
    discount: Option<Json<Discount>>,
    ended_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl SubscriptionRow {
    fn subscription(self) -> Result<Subscription> {
        let terms = TermsRow {
            price_minor: self.price_minor,
            currency: &self.currency,
            interval: self.interval,
            active_limit: self.active_limit,
            cycle_hours: self.cycle_hours,
            revisions: self.revisions,
            starts: self.starts,
            pricing: self.pricing.map(|pricing| pricing.0),
        };
        Ok(Subscription {
            id: SubscriptionId(self.id),
            client: ClientId(self.client_id),
            client_name: self.client_name,
            offer: OfferId(self.offer_id),
            terms: terms.read()?,
            name: self.name,
            state: self.state,
            started_at: self.started_at,
            period: self.period_start.zip(self.period_end),
            paused_at: self.paused_at,
            banked_seconds: self.banked_seconds,
            pausing: self.pausing,
            ends_with_period: self.ends_with_period,
            next_offer: self.next_offer.map(|next| next.0),
            trial_days: self.trial_days.map(|days| days.unsigned_abs().into()),
            needs_card: self.needs_card,
            trial_ends_at: self.trial_ends_at,
            first_periods_left: self.first_periods_left.unsigned_abs().into(),
            discount: self.discount.map(|discount| discount.0),
            ended_at: self.ended_at,
            created_at: self.created_at,
        })
    }
}
