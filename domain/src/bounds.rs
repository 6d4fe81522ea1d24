//! How far a number may go that comes from a program outside: an agent's report, a model's answer, a tool's argument.
//!
//! What a program calls us with is refused beyond these; what we read out of a program's answer is brought within them,
//! since the answer itself is wanted. Sums of what is within them stay far from the end of a column, and the database's
//! `within_bigint` holds the sums themselves.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The most tokens of one report: a trillion.
pub const TOKENS: u64 = 1_000_000_000_000;
/// The most that one report may cost, in millionths of a dollar: a million dollars.
pub const MICROS: u64 = 1_000_000_000_000;
/// The most of one line of an invoice, either way, in the currency's smallest unit.
pub const MINOR: i64 = 1_000_000_000_000;
/// The farthest that a sum is told, either way: as the database's `within_bigint` has it.
pub const SUM: i64 = 9_000_000_000_000_000;

/// A count as a column keeps it, at most `most`.
pub fn column(count: u64, most: u64) -> i64 {
    i64::try_from(count.min(most)).unwrap_or(i64::MAX)
}

/// What some amounts come to, no farther than a sum is told.
pub fn sum(amounts: impl IntoIterator<Item = i64>) -> i64 {
    amounts.into_iter().fold(0_i64, i64::saturating_add).clamp(-SUM, SUM)
}

/// An amount of dollars in millionths; what is no amount is none.
pub fn micros(dollars: f64) -> u64 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it was brought within bounds"
    )]
    let micros = (dollars * 1e6).round().clamp(0.0, MICROS as f64) as u64;
    micros
}

/// Reads a count of tokens out of an answer, whatever stands there: what is no count is 0.
///
/// # Errors
/// Where the text is no JSON.
pub fn tokens<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    Ok(count(&Value::deserialize(from)?).unwrap_or_default())
}

/// The same where there may be none.
///
/// # Errors
/// As [`tokens`].
pub fn tokens_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(count(&Value::deserialize(from)?))
}

/// Reads an amount of dollars out of an answer, whatever stands there.
///
/// # Errors
/// As [`tokens`].
pub fn dollars<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Value::deserialize(from)?.as_f64().filter(|amount| amount.is_finite()).unwrap_or_default())
}

fn count(value: &Value) -> Option<u64> {
    let whole = || value.as_u64();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float ends at its type's end"
    )]
    let broken = || value.as_f64().map(|count| count as u64);
    whole().or_else(broken).map(|count| count.min(TOKENS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct BoundedNumbers {
        #[serde(default, deserialize_with = "tokens")]
        used: u64,
        #[serde(default, deserialize_with = "tokens_if_any")]
        cached: Option<u64>,
        #[serde(default, deserialize_with = "dollars")]
        cost: f64,
    }

    #[test]
    fn nothing_that_a_program_tells_goes_beyond() {
        let read = |text: &str| {
            serde_json::from_str::<BoundedNumbers>(&format!("{{{text}}}")).map(|told| told.used).unwrap()
        };
        assert_eq!(read(r#""used": 20"#), 20);
        for far in ["9223372036854775807", "18446744073709551615", "18446744073709551616", "1e30", "1e308"] {
            assert_eq!(read(&format!("\"used\": {far}")), TOKENS, "{far}");
        }
        for none in ["-1", "-9223372036854775808", "-1e30", "0.9", "null", "\"many\"", "[1]", "{}"] {
            assert_eq!(read(&format!("\"used\": {none}")), 0, "{none}");
        }
        let told: BoundedNumbers = serde_json::from_str(r#"{"cached": null, "cost": "NaN"}"#).unwrap();
        assert_eq!((told.cached, told.cost), (None, 0.0));
        for (dollars, read) in [
            (1.5, 1_500_000),
            (-3.0, 0),
            (f64::NAN, 0),
            (f64::INFINITY, MICROS),
            (f64::NEG_INFINITY, 0),
            (1e300, MICROS),
        ] {
            assert_eq!(micros(dollars), read, "{dollars}");
        }
    }

    #[test]
    fn sums_stop_where_they_are_told() {
        assert_eq!(sum([1, 2, -4]), -1);
        assert_eq!(sum([i64::MAX, i64::MAX]), SUM);
        assert_eq!(sum([i64::MIN, i64::MIN]), -SUM);
        assert_eq!(column(u64::MAX, TOKENS), 1_000_000_000_000);
    }
}
