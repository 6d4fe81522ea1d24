//! What an offer says of its price beside the price itself.

use serde::{Deserialize, Serialize};

use super::{Interval, Terms};
use crate::{money::Money, words};

/// How an offer begins, and what else it can be bought for. Amounts are in minor units of the price's currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PricingOptions {
    pub first_price: Option<FirstPrice>,
    /// Once, with the first invoice; 0 for none.
    pub setup_fee_minor: i64,
    pub trial: Option<Trial>,
    /// The price for a year, beside that for a month.
    pub year_price_minor: Option<i64>,
}

/// Another price for the first periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstPrice {
    pub minor: i64,
    pub periods: u32,
}

/// Days that nobody pays for, before the first period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    pub days: u32,
    /// It begins once a card is on file, which is charged at its end.
    pub needs_card: bool,
}

impl PricingOptions {
    /// Whether there is anything of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Terms {
    /// The price of the first periods and how many they are.
    pub fn first_price(&self) -> Option<(Money, u32)> {
        let first = self.pricing.first_price?;
        Some((Money::new(first.minor, self.price.currency), first.periods))
    }

    /// What is paid once, if anything is.
    pub fn setup_fee(&self) -> Option<Money> {
        let minor = self.pricing.setup_fee_minor;
        (minor > 0).then(|| Money::new(minor, self.price.currency))
    }

    /// The price for a year, where it is sold by the month as well.
    pub fn year_price(&self) -> Option<Money> {
        let by_month = self.interval == Interval::Month;
        let minor = self.pricing.year_price_minor.filter(|_| by_month)?;
        Some(Money::new(minor, self.price.currency))
    }

    /// These terms billed by an interval that they are sold by; the offer's own without one. A first price goes with the offer's
    /// own interval.
    pub fn by(&self, interval: Option<Interval>) -> Option<Self> {
        match interval {
            None => Some(self.clone()),
            Some(interval) if interval == self.interval => Some(self.clone()),
            Some(Interval::Year) => self.year_price().map(|price| {
                let pricing =
                    PricingOptions { first_price: None, year_price_minor: None, ..self.pricing.clone() };
                Self { price, interval: Interval::Year, pricing, ..self.clone() }
            }),
            Some(_) => None,
        }
    }

    /// The same without what only a new client gets: first price, trial and setup fee.
    pub fn without_beginning(&self) -> Self {
        let pricing =
            PricingOptions { year_price_minor: self.pricing.year_price_minor, ..PricingOptions::default() };
        Self { pricing, ..self.clone() }
    }

    /// What stands below the price, a line each: `$99 a month for the first three months`, `14 days free`.
    pub fn pricing_lines(&self) -> Vec<String> {
        let interval = self.interval.as_str();
        let trial = self.pricing.trial.map(|trial| {
            let days = words::count(trial.days.into(), "day");
            if trial.needs_card { format!("{days} free with a card on file") } else { format!("{days} free") }
        });
        let first = self.first_price().map(|(price, periods)| match periods {
            1 => format!("{price} for the first {interval}"),
            n => format!("{price} a {interval} for the first {} {interval}s", words::number(n)),
        });
        let fee = self.setup_fee().map(|fee| format!("{fee} setup fee, once"));
        let year = self.year_price().map(|price| format!("Or {price} a year{}", self.saving()));
        [trial, first, fee, year].into_iter().flatten().collect()
    }

    /// `, save 16%`; nothing where a year is no cheaper.
    fn saving(&self) -> String {
        let (year, months) =
            (self.pricing.year_price_minor.unwrap_or(0), self.price.minor.saturating_mul(12));
        if months <= 0 || year >= months {
            return String::new();
        }
        let percent = i128::from(months - year) * 100 / i128::from(months);
        if percent == 0 { String::new() } else { format!(", save {percent}%") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{money::Currency, offers::Starts};

    fn terms() -> Terms {
        Terms {
            price: Money::new(50_000, Currency::USD),
            interval: Interval::Month,
            active_limit: 2,
            cycle_hours: 48,
            revisions: None,
            starts: Starts::OnPayment,
            pricing: PricingOptions {
                first_price: Some(FirstPrice { minor: 9_900, periods: 3 }),
                setup_fee_minor: 20_000,
                trial: Some(Trial { days: 14, needs_card: true }),
                year_price_minor: Some(500_000),
            },
        }
    }

    #[test]
    fn a_price_says_all_that_it_is() {
        assert_eq!(
            terms().pricing_lines(),
            [
                "14 days free with a card on file",
                "$99 a month for the first three months",
                "$200 setup fee, once",
                "Or $5,000 a year, save 16%",
            ]
        );
        assert!(terms().without_beginning().by(Some(Interval::Year)).is_some());
    }

    #[test]
    fn a_year_is_a_price_of_its_own() {
        let year = terms().by(Some(Interval::Year)).unwrap();
        assert_eq!(year.price_words(), "$5,000 a year");
        assert_eq!(year.pricing_lines(), ["14 days free with a card on file", "$200 setup fee, once"]);
        assert_eq!(terms().by(Some(Interval::Month)), Some(terms()));
        assert_eq!(terms().by(Some(Interval::Quarter)), None);
        assert_eq!(year.by(Some(Interval::Month)), None);
    }

    #[test]
    fn what_was_agreed_before_there_was_more_to_agree_is_read() {
        let old = r#"{"price":{"minor":5,"currency":"USD"},"interval":"month","active_limit":1,"cycle_hours":48,
            "revisions":null,"starts":"at_once"}"#;
        let read: Terms = serde_json::from_str(old).unwrap();
        assert!(read.pricing.is_empty());
    }
}
