//! A client's own limit on what it may keep, as an operator types it: gigabytes.

use crate::FieldErrors;

const GB: f64 = (1u64 << 30) as f64;
/// In gigabytes.
const MOST: f64 = 100_000.0;

/// The bytes that were typed as gigabytes, such as `2` or `0.5`; none where nothing was, for the usual limit.
pub(super) fn read(errors: &mut FieldErrors, typed: &str) -> Option<i64> {
    let typed = typed.trim().replace(',', ".");
    if typed.is_empty() {
        return None;
    }
    let plain = typed.chars().all(|c| c.is_ascii_digit() || c == '.');
    match typed.parse::<f64>() {
        // A megabyte is less than anybody types.
        Ok(gb) if plain && (0.001..=MOST).contains(&gb) => Some((gb * GB).round() as i64),
        _ => {
            errors.add("room", "Enter a number of gigabytes, like 5 or 0.5, or leave it empty.");
            None
        }
    }
}

/// Bytes as one types them.
pub fn in_gigabytes(bytes: u64) -> String {
    let text = format!("{:.3}", bytes as f64 / GB);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_shown_again() {
        for (typed, bytes, shown) in [
            ("5", 5 << 30, "5"),
            (" 0,5 ", 1 << 29, "0.5"),
            ("10.25", 41 << 28, "10.25"),
            ("100000", 100_000 << 30, "100000"),
        ] {
            let mut errors = FieldErrors::new();
            assert_eq!(read(&mut errors, typed), Some(bytes), "{typed}");
            assert!(errors.is_empty());
            assert_eq!(in_gigabytes(bytes.cast_unsigned()), shown);
        }
        assert_eq!(read(&mut FieldErrors::new(), "  "), None);
    }

    #[test]
    fn what_is_no_room_is_refused() {
        for typed in ["0", "-1", "five", "1e9", "NaN", "inf", "1.000.000", "100001", "0.00001"] {
            let mut errors = FieldErrors::new();
            assert_eq!(read(&mut errors, typed), None, "{typed}");
            assert!(errors.of("room").is_some(), "{typed}");
        }
    }
}
