//! Reading offers.

use sqlx::types::Json;

use super::{IntakeField, Interval, Offer, OfferState, PricingOptions, Starts, Terms};
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::OfferId,
    money::{Currency, Money},
    scope::operators_only,
};

/// What the storefront sells, in its order. For anyone.
pub async fn list_published(db: &Db, scope: &Scope) -> Result<Vec<Offer>> {
    let mut offers = load(db, scope).await?;
    offers.retain(|offer| offer.state == OfferState::Published);
    Ok(offers)
}

/// Every offer, in the storefront's order; the archived ones last.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn list(db: &Db, scope: &Scope) -> Result<Vec<Offer>> {
    operators_only(scope)?;
    let mut offers = load(db, scope).await?;
    offers.sort_by_key(|offer| offer.state == OfferState::Archived);
    Ok(offers)
}

/// One offer: a published one for anyone, every one for an operator.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(db: &Db, scope: &Scope, offer: OfferId) -> Result<Offer> {
    let mut tx = db.begin(scope).await?;
    let offer = get_in(&mut tx, scope, offer).await?;
    tx.commit().await?;
    Ok(offer)
}

/// As [`get`], within a transaction.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get_in(tx: &mut Tx, scope: &Scope, offer: OfferId) -> Result<Offer> {
    let row = sqlx::query_as!(
        OfferRow,
        r#"SELECT id, name, summary, vertical, points AS "points: Json<Vec<String>>", price_minor, currency,
                  billing_interval AS "interval: Interval", active_limit, cycle_hours, revisions,
                  starts AS "starts: Starts", pricing AS "pricing: Json<PricingOptions>",
                  intake AS "intake: Json<Vec<IntakeField>>", state AS "state: OfferState", position, created_at, updated_at
           FROM offer WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        offer.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound)?.offer()
}

async fn load(db: &Db, scope: &Scope) -> Result<Vec<Offer>> {
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query_as!(
        OfferRow,
        r#"SELECT id, name, summary, vertical, points AS "points: Json<Vec<String>>", price_minor, currency,
                  billing_interval AS "interval: Interval", active_limit, cycle_hours, revisions,
                  starts AS "starts: Starts", pricing AS "pricing: Json<PricingOptions>",
                  intake AS "intake: Json<Vec<IntakeField>>", state AS "state: OfferState", position, created_at, updated_at
           FROM offer WHERE workspace_id = $1 ORDER BY position, created_at"#,
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    rows.into_iter().map(OfferRow::offer).collect()
}

struct OfferRow {
    id: uuid::Uuid,
    name: String,
    summary: String,
    vertical: String,
    points: Json<Vec<String>>,
    price_minor: i64,
    currency: String,
    interval: Interval,
    active_limit: i32,
    cycle_hours: i32,
    revisions: Option<i32>,
    starts: Starts,
    pricing: Option<Json<PricingOptions>>,
    intake: Json<Vec<IntakeField>>,
    state: OfferState,
    position: i32,
    created_at: chrono::DateTime<chrono::Utc>,
    updated_at: chrono::DateTime<chrono::Utc>,
}

impl OfferRow {
    fn offer(self) -> Result<Offer> {
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
        Ok(Offer {
            id: OfferId(self.id),
            terms: terms.read()?,
            name: self.name,
            summary: self.summary,
            vertical: self.vertical,
            points: self.points.0,
            intake: self.intake.0,
            state: self.state,
            position: self.position,
            created_at: self.created_at.timestamp_millis(),
            updated_at: self.updated_at.timestamp_millis(),
        })
    }
}

/// Terms as the rows of offers and subscriptions have them.
pub(crate) struct TermsRow<'a> {
    pub price_minor: i64,
    pub currency: &'a str,
    pub interval: Interval,
    pub active_limit: i32,
    pub cycle_hours: i32,
    pub revisions: Option<i32>,
    pub starts: Starts,
    pub pricing: Option<PricingOptions>,
}

impl TermsRow<'_> {
    /// # Errors
    /// [`Error::Broken`] for a currency that no version of the product wrote.
    pub fn read(self) -> Result<Terms> {
        let currency: Currency = self.currency.parse().map_err(|_| {
            Error::Broken(format!("an offer's terms hold the unknown currency {}", self.currency))
        })?;
        Ok(Terms {
            price: Money::new(self.price_minor, currency),
            interval: self.interval,
            active_limit: self.active_limit.unsigned_abs(),
            cycle_hours: self.cycle_hours.unsigned_abs(),
            revisions: self.revisions.map(i32::unsigned_abs),
            starts: self.starts,
            pricing: self.pricing.unwrap_or_default(),
        })
    }
}
