//! The part of an offer's form that says how it begins and what else it can be bought for.

use super::{HIGHEST_PRICE, form::amount, within};
use crate::{
    FieldErrors,
    money::{Currency, Money},
    offers::{FirstPrice, Interval, PricingOptions, Terms, Trial},
};

/// As it was typed; what is empty is not offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PricingForm {
    pub first_price: String,
    pub first_periods: String,
    pub setup_fee: String,
    pub trial_days: String,
    /// The trial begins once a card is on file.
    pub trial_needs_card: bool,
    pub year_price: String,
}

impl PricingForm {
    /// What the form of an existing offer starts with.
    pub(super) fn of(terms: &Terms) -> Self {
        let first = terms.first_price();
        let typed = |money: Money| amount(money);
        Self {
            first_price: first.map(|(price, _)| typed(price)).unwrap_or_default(),
            first_periods: first.map(|(_, periods)| periods.to_string()).unwrap_or_default(),
            setup_fee: terms.setup_fee().map(typed).unwrap_or_default(),
            trial_days: terms.pricing.trial.map(|trial| trial.days.to_string()).unwrap_or_default(),
            trial_needs_card: terms.pricing.trial.is_some_and(|trial| trial.needs_card),
            year_price: terms
                .pricing
                .year_price_minor
                .map(|minor| typed(Money::new(minor, terms.price.currency)))
                .unwrap_or_default(),
        }
    }

    pub(super) fn read(&self, currency: Currency, errors: &mut FieldErrors) -> PricingOptions {
        let mut money = |field: &str, typed: &str| {
            let typed = Some(typed.trim()).filter(|typed| !typed.is_empty())?;
            Money::parse(typed, currency).map_err(|error| errors.add(field, error.to_string())).ok()
        };
        let (first, fee, year) = (
            money("first_price", &self.first_price),
            money("setup_fee", &self.setup_fee),
            money("year_price", &self.year_price),
        );
        let mut number = |field: &str, typed: &str| {
            let typed = Some(typed.trim()).filter(|typed| !typed.is_empty())?;
            typed.parse::<u32>().map_err(|_| errors.add(field, "Enter a number, like 3.")).ok()
        };
        let periods = number("first_periods", &self.first_periods);
        let days = number("trial_days", &self.trial_days);
        PricingOptions {
            first_price: first.map(|price| FirstPrice { minor: price.minor, periods: periods.unwrap_or(1) }),
            setup_fee_minor: fee.map_or(0, |fee| fee.minor),
            trial: days.map(|days| Trial { days, needs_card: self.trial_needs_card }),
            year_price_minor: year.map(|price| price.minor),
        }
    }
}

/// What cannot be offered, each at its field.
pub(super) fn collect(terms: &Terms, errors: &mut FieldErrors) {
    let pricing = &terms.pricing;
    let is_price = |minor: i64| (0..=HIGHEST_PRICE).contains(&minor);
    if let Some(first) = pricing.first_price {
        if !is_price(first.minor) {
            errors.add("first_price", "Enter a price of 0 or more, under one billion.");
        }
        within(errors, "first_periods", first.periods, 1, 120, "invoice");
    }
    if !is_price(pricing.setup_fee_minor) {
        errors.add("setup_fee", "Enter a fee of 0 or more, under one billion.");
    }
    if let Some(trial) = pricing.trial {
        within(errors, "trial_days", trial.days, 1, 365, "day");
    }
    if let Some(minor) = pricing.year_price_minor {
        if !is_price(minor) {
            errors.add("year_price", "Enter a price of 0 or more, under one billion.");
        } else if terms.interval != Interval::Month {
            errors.add(
                "year_price",
                "A yearly price goes beside a monthly one. Bill it every month, or leave this empty.",
            );
        }
    }
}
