use domain::{
    Error, FieldErrors, Result,
    audit::NewEntry,
    ids::OfferId,
    money::{Currency, Money},
    offers::{self, Interval, Offer, OfferDraft, OfferState, PricingOptions, Starts, Terms},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{DeskCaller, id, reads, writes};
use crate::mcp::tool::{NoArguments, Tool, WriteResult};

pub(super) fn tools() -> Vec<Tool<DeskCaller>> {
    vec![
        reads::<NoArguments, _, _>(
            ("list_offers", "List offers", "What the workspace sells: drafts, what is published, what was archived."),
            list_offers,
        )
        .wide(),
        writes(
            (
                "create_offer",
                "Draft an offer",
                "Writes a new offer as a draft. It is sold once it is published, with publish_offer.",
            ),
            create_offer,
        )
        .wide(),
        writes(
            (
                "edit_offer",
                "Edit a draft offer",
                "Changes an offer that is a draft yet; what is left out stays as it is. What is published is changed by a \
                 person, on the desk.",
            ),
            edit_offer,
        )
        .wide(),
    ]
}

async fn list_offers(desk: DeskCaller, _: NoArguments) -> Result<Value> {
    let found = offers::queries::list(&desk.db, &desk.scope).await?;
    Ok(json!({ "offers": found.iter().map(offer_json).collect::<Vec<_>>() }))
}

fn offer_json(offer: &Offer) -> Value {
    let Terms { price, interval, active_limit, cycle_hours, revisions, starts, pricing } = &offer.terms;
    json!({
        "offer": offer.id,
        "name": offer.name,
        "state": offer.state.as_str(),
        "summary": offer.summary,
        "trade": offer.vertical,
        "price": { "minor": price.minor, "currency": price.currency.code(), "words": offer.terms.price_words() },
        "interval": interval.as_str(),
        "active_limit": active_limit,
        "cycle_hours": cycle_hours,
        "revisions": revisions,
        "starts": starts.as_str(),
        "pricing": pricing,
        "points": offer.points,
        "intake": offer.intake,
    })
}

/// How often it is billed.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Every")]
enum BillingInterval {
    Month,
    Quarter,
    Year,
}

/// When work starts.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "When")]
enum StartMoment {
    AtOnce,
    OnPayment,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Written")]
struct OfferInput {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    summary: Option<String>,
    /// The trade that it is for; empty: any.
    #[serde(default)]
    trade: Option<String>,
    /// In the currency's smallest unit: 500000 is $5,000.
    #[serde(default)]
    price_minor: Option<i64>,
    /// Three letters, such as USD.
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    interval: Option<BillingInterval>,
    /// How many requests are worked at a time.
    #[serde(default)]
    active_limit: Option<u32>,
    /// The hours of working days within which a request is delivered.
    #[serde(default)]
    cycle_hours: Option<u32>,
    /// How many changes a request may have; leave it out for as many as it takes.
    #[serde(default)]
    revisions: Option<u32>,
    #[serde(default)]
    starts: Option<StartMoment>,
    /// What is in it, a line each.
    #[serde(default)]
    points: Option<Vec<String>>,
}

impl OfferInput {
    /// Over what was written before.
    fn over(self, before: OfferDraft) -> Result<OfferDraft> {
        let currency = match &self.currency {
            Some(code) => code.parse::<Currency>().map_err(|_| currency())?,
            None => before.terms.price.currency,
        };
        let terms = Terms {
            price: Money::new(self.price_minor.unwrap_or(before.terms.price.minor), currency),
            interval: self.interval.map_or(before.terms.interval, |every| match every {
                BillingInterval::Month => Interval::Month,
                BillingInterval::Quarter => Interval::Quarter,
                BillingInterval::Year => Interval::Year,
            }),
            active_limit: self.active_limit.unwrap_or(before.terms.active_limit),
            cycle_hours: self.cycle_hours.unwrap_or(before.terms.cycle_hours),
            revisions: self.revisions.or(before.terms.revisions),
            starts: self.starts.map_or(before.terms.starts, |when| match when {
                StartMoment::AtOnce => Starts::AtOnce,
                StartMoment::OnPayment => Starts::OnPayment,
            }),
            pricing: before.terms.pricing,
        };
        Ok(OfferDraft {
            name: self.name.unwrap_or(before.name),
            summary: self.summary.unwrap_or(before.summary),
            vertical: self.trade.unwrap_or(before.vertical),
            terms,
            points: self.points.unwrap_or(before.points),
            intake: before.intake,
        })
    }
}

fn currency() -> Error {
    Error::Fields(FieldErrors::one("currency", "Give a currency's three letters, such as USD."))
}

/// What an offer is where nothing is said: two at a time, in two working days, by the month.
fn blank() -> OfferDraft {
    OfferDraft {
        name: String::new(),
        summary: String::new(),
        vertical: String::new(),
        terms: Terms {
            price: Money::zero(Currency::USD),
            interval: Interval::Month,
            active_limit: 2,
            cycle_hours: 48,
            revisions: None,
            starts: Starts::OnPayment,
            pricing: PricingOptions::default(),
        },
        points: Vec::new(),
        intake: Vec::new(),
    }
}

async fn create_offer(desk: DeskCaller, asked: OfferInput) -> Result<WriteResult> {
    let offer = offers::commands::create(&desk.db, &desk.scope, &asked.over(blank())?).await?;
    let made = offers::queries::get(&desk.db, &desk.scope, offer).await?;
    Ok((offer_json(&made), NewEntry::done("create_offer", made.name.as_str())))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct EditOffer {
    /// The offer's id, such as off_0197…
    offer: String,
    #[serde(flatten)]
    written: OfferInput,
}

async fn edit_offer(desk: DeskCaller, asked: EditOffer) -> Result<WriteResult> {
    let offer: OfferId = id(&asked.offer)?;
    let before = offers::queries::get(&desk.db, &desk.scope, offer).await?;
    if before.state != OfferState::Draft {
        return Err(Error::refused("It’s no longer a draft. A person has to change it on the desk."));
    }
    let draft = asked.written.over(OfferDraft::from(&before))?;
    offers::commands::update(&desk.db, &desk.scope, offer, &draft).await?;
    let now = offers::queries::get(&desk.db, &desk.scope, offer).await?;
    let in_short = |offer: &Offer| format!("{}, {}", offer.name, offer.terms.price_words());
    let entry = NewEntry::done("edit_offer", now.name.as_str()).changed(in_short(&before), in_short(&now));
    Ok((offer_json(&now), entry))
}
