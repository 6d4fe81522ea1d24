use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money, MoneyError};

/// Micros in a cent.
const CENT: i64 = 10_000;

/// An amount in millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// To the nearest cent.
    pub fn money(self) -> Money {
        Money::new(self.0.saturating_add(CENT / 2).div_euclid(CENT), Currency::USD)
    }

    /// What a person typed as an amount of dollars; digits beyond the cent are taken too, for prices.
    ///
    /// # Errors
    /// As [`Money`] is read.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let text = text.trim().trim_start_matches('$');
        let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
        if rest.len() > 2 && rest.len() <= 6 && rest.bytes().all(|digit| digit.is_ascii_digit()) {
            let whole = if whole.is_empty() { 0 } else { Money::parse(whole, Currency::USD)?.minor };
            let fine: i64 =
                format!("{rest:0<6}").parse().map_err(|_| MoneyError::Unreadable(Currency::USD))?;
            let micros = whole.checked_mul(CENT).and_then(|micros| micros.checked_add(fine));
            return micros.map(Self).ok_or(MoneyError::TooLarge);
        }
        let minor = Money::parse(text, Currency::USD)?.minor;
        minor.checked_mul(CENT).map(Self).ok_or(MoneyError::TooLarge)
    }

    /// As a field shows it for typing: `3`, `0.25`, `0.0375`.
    pub fn typed(self) -> String {
        let (whole, rest) = (self.0 / 1_000_000, self.0 % 1_000_000);
        let rest = format!("{rest:06}");
        match rest.trim_end_matches('0') {
            "" => whole.to_string(),
            rest => format!("{whole}.{rest:0<2}"),
        }
    }
}

/// `$12.40`, and `under 1¢` for what would round to nothing.
impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1..CENT => f.write_str("under 1¢"),
            _ => f.write_str(&self.money().in_full()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_finer_than_cents() {
        let read = |text: &str| Micros::parse(text).map(|micros| micros.0);
        assert_eq!(read("3"), Ok(3_000_000));
        assert_eq!(read("$0.25"), Ok(250_000));
        assert_eq!(read("0.0375"), Ok(37_500));
        assert_eq!(read("1,000"), Ok(1_000_000_000));
        assert!(
            read("").is_err() && read("-3").is_err() && read("0.00000001").is_err() && read("x.123").is_err()
        );
        for text in ["3", "0.25", "0.0375", "12.50"] {
            assert_eq!(Micros::parse(text).unwrap().typed(), text);
        }
    }

    #[test]
    fn a_little_is_not_nothing() {
        assert_eq!(Micros(0).to_string(), "$0.00");
        assert_eq!(Micros(9_999).to_string(), "under 1¢");
        assert_eq!(Micros(12_404_999).to_string(), "$12.40");
        assert_eq!(Micros(12_405_000).to_string(), "$12.41");
    }
}
