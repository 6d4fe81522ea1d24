//! Money: an amount in minor units with its currency. Never a float, never an amount alone.

mod currency;
mod parse;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use currency::{Currency, UnknownCurrency};

/// An amount of money: `minor` counts the currency's smallest unit (cents, yen, fils).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// The amount in minor units; negative for a credit.
    pub minor: i64,
    /// What the amount is in.
    pub currency: Currency,
}

/// Why an amount could not be read or worked out; its text stands beside the form's field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoneyError {
    /// Two amounts in different currencies cannot be put together.
    Mixed(Currency, Currency),
    /// The amount does not fit.
    TooLarge,
    /// Nothing was typed.
    Empty,
    /// What was typed is not an amount.
    Unreadable(Currency),
    /// More digits after the point than the currency has.
    TooFine(Currency),
    /// A price below zero was typed.
    Negative,
    /// What was typed names another currency than the field is for.
    OtherCurrency(Currency),
}

impl Money {
    /// An amount in minor units: `Money::new(500_000, Currency::USD)` is $5,000.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency: where a sum starts.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] for two currencies, [`MoneyError::TooLarge`] on overflow.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// The difference of two amounts; may be below zero.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    /// The amount `n` times, as for a line of an invoice.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] on overflow.
    pub fn times(self, n: i64) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(n).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// `part` of `whole` of the amount, to the nearest minor unit, halves away from zero: the
    /// days of a month that are billed, or a month of a year's price. No part of nothing is zero.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] on overflow.
    pub fn share(self, part: u32, whole: u32) -> Result<Self, MoneyError> {
        if whole == 0 {
            return Ok(Self::zero(self.currency));
        }
        let (exact, whole) = (i128::from(self.minor) * i128::from(part), i128::from(whole));
        let rounded = (exact.abs() + whole / 2) / whole * exact.signum();
        let minor = i64::try_from(rounded).map_err(|_| MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// The sum of many amounts in `currency`; zero for none.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// The amount with all its decimals, for columns of an invoice: `$5,000.00`.
    pub fn in_full(self) -> String {
        let exponent = self.currency.exponent();
        let short = self.to_string();
        let whole = self.minor.unsigned_abs().is_multiple_of(10_u64.pow(exponent));
        match exponent {
            1.. if whole => format!("{short}.{}", "0".repeat(exponent as usize)),
            _ => short,
        }
    }

    /// The amount as programs and form fields hold it: `-1234.50`, with the decimals that its currency has.
    pub fn plain(self) -> String {
        let exponent = self.currency.exponent() as usize;
        let unit = 10_u64.pow(self.currency.exponent());
        let (whole, rest) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        let sign = if self.minor < 0 { "-" } else { "" };
        if exponent == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0exponent$}") }
    }

    fn combine(self, other: Self, how: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        let minor = how(self.minor, other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }
}

impl fmt::Display for Money {
    /// As the pages write it: `$5,000`, `$5,000.50`, `CHF 5,000`, `−€20`. Whole amounts go without
    /// their zeros; the space after a code does not break a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u64.pow(self.currency.exponent());
        let (whole, rest) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        if self.minor < 0 {
            f.write_str("−")?;
        }
        match self.currency.sign() {
            Some(sign) => f.write_str(sign)?,
            None => write!(f, "{}\u{a0}", self.currency.code())?,
        }
        f.write_str(&thousands(whole))?;
        if rest > 0 {
            write!(f, ".{rest:0width$}", width = self.currency.exponent() as usize)?;
        }
        Ok(())
    }
}

fn thousands(whole: u64) -> String {
    let digits = whole.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mixed(a, b) => write!(f, "Can’t add {a} and {b}. Use one currency."),
            Self::TooLarge => f.write_str("This amount is too large."),
            Self::Empty => f.write_str("Enter an amount, like 5,000."),
            Self::Unreadable(currency) => match currency.exponent() {
                0 => f.write_str("Enter the amount as a number, like 5,000."),
                _ => f.write_str("Enter the amount as a number, like 5,000 or 5,000.50."),
            },
            Self::TooFine(currency) => match currency.exponent() {
                0 => write!(f, "{currency} doesn’t use decimals. Enter a whole amount, like 5,000."),
                n => {
                    write!(f, "{currency} allows up to {n} decimal places. Write thousands as 5,000.")
                }
            },
            Self::Negative => f.write_str("Enter 0 or more."),
            Self::OtherCurrency(currency) => {
                write!(f, "The currency is already {currency}. Enter just the number.")
            }
        }
    }
}

impl std::error::Error for MoneyError {}

#[cfg(test)]
mod tests;
