use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::DiscountCodeId,
    money::{Currency, Money},
    words,
};

/// How much a code takes off a period's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// From 1 to 100.
    Percent(u32),
    Amount(Money),
}

impl Reduction {
    /// What it takes off a price, to the nearest minor unit; never more than the price, and nothing in another currency.
    pub fn of(self, price: Money) -> Money {
        let off = match self {
            Self::Percent(percent) => {
                price.share(percent.min(100), 100).unwrap_or(Money::zero(price.currency))
            }
            Self::Amount(off) if off.currency == price.currency => off,
            Self::Amount(_) => Money::zero(price.currency),
        };
        Money::new(off.minor.clamp(0, price.minor.max(0)), price.currency)
    }

    /// `20% off`, `$50 off`.
    pub fn label(self) -> String {
        match self {
            Self::Percent(percent) => format!("{percent}% off"),
            Self::Amount(off) => format!("{off} off"),
        }
    }
}

/// What is taken off a subscription's periods, as its code said when it was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    pub code: String,
    pub reduction: Reduction,
    /// For how many periods yet; none: for good.
    pub periods_left: Option<u32>,
}

impl Discount {
    /// Once it was taken off a period; none where it is used up.
    pub fn after_a_period(&self) -> Option<Self> {
        match self.periods_left {
            None => Some(self.clone()),
            Some(0 | 1) => None,
            Some(left) => Some(Self { periods_left: Some(left - 1), ..self.clone() }),
        }
    }

    /// `WELCOME, 20% off for two more invoices`.
    pub fn label(&self) -> String {
        let (code, off) = (&self.code, self.reduction.label());
        match self.periods_left {
            None => format!("{code}, {off} every invoice"),
            Some(1) => format!("{code}, {off} the next invoice"),
            Some(left) => format!("{code}, {off} the next {} invoices", words::number(left)),
        }
    }
}

/// A code as the desk lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscountCode {
    pub id: DiscountCodeId,
    pub code: String,
    pub reduction: Reduction,
    /// For how many periods; none: for good.
    pub periods: Option<u32>,
    pub ends_at: Option<DateTime<Utc>>,
    pub most_uses: Option<u32>,
    pub uses: u32,
    pub created_at: DateTime<Utc>,
    /// Taken back by an operator.
    pub ended_at: Option<DateTime<Utc>>,
}

impl DiscountCode {
    /// Whether somebody may use it yet.
    pub fn is_taken(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none()
            && self.ends_at.is_none_or(|ends| ends > now)
            && self.most_uses.is_none_or(|most| self.uses < most)
    }

    /// `20% off`, `for three periods` and the like, in one.
    pub fn label(&self) -> String {
        let off = self.reduction.label();
        match self.periods {
            None => format!("{off} every invoice"),
            Some(1) => format!("{off} the first invoice"),
            Some(periods) => format!("{off} the first {} invoices", words::number(periods)),
        }
    }
}

/// A code on its way to being kept, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscountCodeForm {
    pub code: String,
    /// `percent` or `amount`.
    pub kind: String,
    pub value: String,
    /// Empty: for good.
    pub periods: String,
    /// A day, `2027-01-31`, until whose end it is taken; empty: without an end.
    pub ends_on: String,
    /// Empty: as often as one likes.
    pub most_uses: String,
}

/// What a currency's reduction is read as from its row.
pub(crate) fn reduction(percent: Option<i16>, amount_minor: Option<i64>, currency: Currency) -> Reduction {
    match percent {
        Some(percent) => Reduction::Percent(percent.unsigned_abs().into()),
        None => Reduction::Amount(Money::new(amount_minor.unwrap_or(0), currency)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Currency::{EUR, USD};

    #[test]
    fn a_discount_takes_no_more_than_there_is() {
        let price = Money::new(9_999, USD);
        assert_eq!(Reduction::Percent(20).of(price), Money::new(2_000, USD));
        assert_eq!(Reduction::Percent(100).of(price), price);
        assert_eq!(Reduction::Amount(Money::new(20_000, USD)).of(price), price);
        assert_eq!(Reduction::Amount(Money::new(2_000, EUR)).of(price), Money::zero(USD));
    }

    #[test]
    fn a_discount_is_used_up() {
        let once =
            Discount { code: "WELCOME".into(), reduction: Reduction::Percent(20), periods_left: Some(2) };
        assert_eq!(once.label(), "WELCOME, 20% off the next two invoices");
        let left = once.after_a_period().unwrap();
        assert_eq!((left.periods_left, left.after_a_period()), (Some(1), None));
        let good = Discount { periods_left: None, ..once };
        assert_eq!(good.after_a_period(), Some(good));
    }
}
