//! Reading an amount that a person typed.
//!
//! One way of writing is accepted, because `5.000` is five thousand to one reader and five to
//! another: a comma groups thousands, a point starts the decimals. Everything else is told.

use super::{Currency, Money, MoneyError};

impl Money {
    /// Reads an amount from a form's field: `5,000`, `5000.50`, `$5,000`, `5000 USD`.
    ///
    /// # Errors
    /// What to write instead, in a sentence for beside the field. A price is never below zero.
    pub fn parse(typed: &str, currency: Currency) -> Result<Self, MoneyError> {
        let number = bare(typed, currency)?;
        if number.starts_with(['-', '−']) {
            return Err(MoneyError::Negative);
        }
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        let whole = ungroup(whole).ok_or(MoneyError::Unreadable(currency))?;
        if !decimals.bytes().all(|b| b.is_ascii_digit()) || number.ends_with('.') {
            return Err(MoneyError::Unreadable(currency));
        }
        let exponent = currency.exponent() as usize;
        if decimals.len() > exponent {
            return Err(MoneyError::TooFine(currency));
        }
        let minor = format!("{whole}{decimals:0<exponent$}");
        let minor = minor.parse().map_err(|_| MoneyError::TooLarge)?;
        Ok(Self::new(minor, currency))
    }
}

/// The number without the sign or code of its currency, on either side of it.
fn bare(typed: &str, currency: Currency) -> Result<&str, MoneyError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(MoneyError::Empty);
    }
    let of_number = |c: char| c.is_ascii_digit() || ",.-−".contains(c);
    let number = typed.trim_matches(|c| !of_number(c));
    let (before, after) = typed.split_once(number).unwrap_or((typed, ""));
    for mark in [before.trim(), after.trim()] {
        let is = |c: &Currency| mark.eq_ignore_ascii_case(c.code()) || Some(mark) == c.sign();
        if mark.is_empty() || is(&currency) {
            continue;
        }
        let other = Currency::ALL.iter().copied().find(is);
        return Err(other.map_or(MoneyError::Unreadable(currency), MoneyError::OtherCurrency));
    }
    Ok(number)
}

/// The digits of `5,000` or `5000`; `None` where commas do not stand at the thousands.
fn ungroup(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let grouped = whole.contains(',');
    let digits = |g: &str| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit());
    let sound = digits(first) && (!grouped || first.len() <= 3) && groups.all(|g| g.len() == 3 && digits(g));
    sound.then(|| whole.replace(',', ""))
}
