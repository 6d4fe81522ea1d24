//! The terms of an offer, which a subscription copies when it is sold.

use serde::{Deserialize, Serialize};

use super::PricingOptions;
use crate::{money::Money, text_enum::text_enum, words};

text_enum! {
    /// How often a subscription is billed.
    pub enum Interval {
        Month = "month",
        Quarter = "quarter",
        Year = "year",
    }
}

impl Interval {
    /// How many calendar months it has.
    pub fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
}

text_enum! {
    /// When work begins after sign-up.
    pub enum Starts {
        AtOnce = "at_once",
        OnPayment = "on_payment",
    }
}

/// What is agreed: the price and what it buys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// For one interval.
    pub price: Money,
    pub interval: Interval,
    /// How many requests are worked at a time.
    pub active_limit: u32,
    /// Working hours that a request takes at most.
    pub cycle_hours: u32,
    /// How many changes a client may ask for, a request; none: as many as it takes.
    pub revisions: Option<u32>,
    pub starts: Starts,
    /// How it begins, and what else it can be bought for.
    #[serde(default)]
    pub pricing: PricingOptions,
}

impl Terms {
    /// `$5,000 a month`.
    pub fn price_words(&self) -> String {
        format!("{} a {}", self.price, self.interval.as_str())
    }

    /// `Unlimited requests, two at a time`.
    pub fn limit_words(&self) -> String {
        format!("Unlimited requests, {} at a time", words::number(self.active_limit))
    }

    /// `48 hours per request, business days only`.
    pub fn cycle_words(&self) -> String {
        format!("{} per request, business days only", words::count(self.cycle_hours.into(), "hour"))
    }

    /// `Two revisions per request`, `Revisions until it is right`, `No revisions`.
    pub fn revision_words(&self) -> String {
        match self.revisions {
            None => "Unlimited revisions".to_owned(),
            Some(0) => "No revisions included".to_owned(),
            Some(1) => "One revision per request".to_owned(),
            Some(n) => format!("{} revisions per request", capital(&words::number(n))),
        }
    }

    /// `Work starts at once`, `Work starts when the first invoice is paid`.
    pub fn start_words(&self) -> &'static str {
        match self.starts {
            Starts::AtOnce => "Work starts right away",
            Starts::OnPayment => "Work starts once the first invoice is paid",
        }
    }

    /// All that the terms hold beside the price, a line each, in the order in which a buyer asks.
    pub fn lines(&self) -> Vec<String> {
        vec![self.limit_words(), self.cycle_words(), self.revision_words(), self.start_words().to_owned()]
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn terms_read_like_a_storefront() {
        let mut terms = Terms {
            price: Money::new(500_000, Currency::USD),
            interval: Interval::Month,
            active_limit: 2,
            cycle_hours: 48,
            revisions: None,
            starts: Starts::AtOnce,
            pricing: PricingOptions::default(),
        };
        assert_eq!(terms.price_words(), "$5,000 a month");
        assert_eq!(
            terms.lines(),
            [
                "Unlimited requests, two at a time",
                "48 hours per request, business days only",
                "Unlimited revisions",
                "Work starts right away",
            ]
        );
        terms.revisions = Some(2);
        terms.active_limit = 12;
        terms.starts = Starts::OnPayment;
        assert_eq!(terms.revision_words(), "Two revisions per request");
        assert_eq!(terms.limit_words(), "Unlimited requests, 12 at a time");
        assert_eq!(terms.start_words(), "Work starts once the first invoice is paid");
    }
}
