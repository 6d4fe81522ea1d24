use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Discount;
use crate::{
    ids::{ClientId, OfferId, SubscriptionId},
    money::Money,
    offers::Terms,
    text_enum::text_enum,
};

text_enum! {
    /// Where a subscription stands.
    pub enum SubscriptionState {
        /// Sold; work starts when the first invoice is paid.
        AwaitingPayment = "awaiting_payment",
        Active = "active",
        /// Nothing is worked on; what was left of the paid period is banked.
        Paused = "paused",
        Ended = "ended",
    }
}

impl SubscriptionState {
    /// Its name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::AwaitingPayment => "Awaiting payment",
            Self::Active => "Active",
            Self::Paused => "Paused",
            Self::Ended => "Ended",
        }
    }

    /// The class of its pill.
    pub fn class(self) -> &'static str {
        match self {
            Self::AwaitingPayment => "waiting",
            Self::Active => "working",
            Self::Paused => "suspended",
            Self::Ended => "void",
        }
    }
}

/// What a client holds, on the terms on which it was sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub client: ClientId,
    pub client_name: String,
    pub offer: OfferId,
    /// The offer's name when it was sold.
    pub name: String,
    pub terms: Terms,
    pub state: SubscriptionState,
    pub started_at: Option<DateTime<Utc>>,
    /// The period that is billed; none before the first payment.
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub paused_at: Option<DateTime<Utc>>,
    /// Seconds of the paid period that a pause keeps.
    pub banked_seconds: i64,
    /// A pause was asked for and begins when the work in hand ends.
    pub pausing: bool,
    /// Ends with its period instead of being renewed.
    pub ends_with_period: bool,
    /// What it changes to with its next period.
    pub next_offer: Option<NextOffer>,
    /// Days of the trial that it begins with, until that has begun.
    pub trial_days: Option<u32>,
    /// Its trial begins once a card is on file.
    pub needs_card: bool,
    /// When the trial ends, or ended.
    pub trial_ends_at: Option<DateTime<Utc>>,
    /// How many periods are still billed at the first price.
    pub first_periods_left: u32,
    /// What is taken off.
    pub discount: Option<Discount>,
    pub ended_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl Subscription {
    /// Whether the trial runs, or is still to begin.
    pub fn is_trial(&self) -> bool {
        self.trial_days.is_some() || self.period.is_some_and(|(_, end)| self.trial_ends_at == Some(end))
    }

    /// What its next invoice comes to, before tax: at the first price while that holds, less the discount, and with the setup fee
    /// after a trial.
    pub fn next_invoice(&self) -> Money {
        let terms = self.next_offer.as_ref().map_or(&self.terms, |next| &next.terms);
        let first = terms.first_price().filter(|_| self.first_periods_left > 0 && self.next_offer.is_none());
        let price = first.map_or(terms.price, |(price, _)| price);
        let off = self.discount.as_ref().map_or(0, |discount| discount.reduction.of(price).minor);
        let fee = terms.setup_fee().filter(|_| self.is_trial()).map_or(0, |fee| fee.minor);
        Money::new((price.minor - off).saturating_add(fee), price.currency)
    }
}

/// What a subscription changes to, on the terms on which that was agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextOffer {
    pub offer: OfferId,
    pub name: String,
    pub terms: Terms,
}

/// An entry of the ledger of banked days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub from: DateTime<Utc>,
    /// None while it lasts.
    pub to: Option<DateTime<Utc>>,
    pub banked_seconds: i64,
}
