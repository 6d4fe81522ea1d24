//! Reading an amount that a person typed.
//!
//! A comma groups thousands and a point starts the decimals; where a number can only be meant the other way round, as
//! in `1490,50` and `1.490,50`, it is read so. What means one thing to one reader and another to the next, such as
//! `5.000`, is told.

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
        let turned = turned(number, currency);
        let number = turned.as_deref().unwrap_or(number);
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

/// A number with its marks turned round, where its one comma can only start the decimals: no more digits follow it than
/// the currency has, and the rest is digits, or grouped by points. `1,490` stays a thousand and more.
fn turned(number: &str, currency: Currency) -> Option<String> {
    let (whole, decimals) = number.split_once(',')?;
    let exponent = currency.exponent() as usize;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let grouped = whole.contains('.');
    let whole = ungroup(&whole.replace('.', ","))?;
    // Three digits after a comma are thousands, unless too many or grouped ones stand before it.
    let is_thousands = decimals.len() == 3 && whole.len() <= 3 && !grouped;
    let fits = digits(decimals) && decimals.len() <= exponent && !is_thousands;
    fits.then(|| format!("{whole}.{decimals}"))
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
