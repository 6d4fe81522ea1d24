//! When to try again, and when to give a silent line up.

/// The server says something at least every fifteen seconds; after this long without a word the line is dead.
pub const SILENCE_MS: f64 = 35_000.0;
/// A line that is back before this is not spoken of.
pub const UNSPOKEN_MS: u64 = 900;

const LONGEST_MS: f64 = 5_000.0;

/// How long to wait before the try after `failed` ones, with `chance` from 0 to 1: a first try at once, then longer
/// and longer, never all browsers at the same moment.
pub fn pause_ms(failed: u32, chance: f64) -> u64 {
    let whole = match failed {
        0 => 60.0,
        failed => (250.0 * f64::from(1_u32 << failed.min(6))).min(LONGEST_MS),
    };
    (whole * (0.5 + chance / 2.0)) as u64
}

#[cfg(test)]
mod tests {
    use super::pause_ms;

    #[test]
    fn tries_at_once_then_ever_more_rarely_and_never_gives_up() {
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 400].map(|failed| pause_ms(failed, 1.0)),
            [60, 500, 1000, 2000, 4000, 5000, 5000]
        );
        assert_eq!(pause_ms(5, 0.0), 2500);
    }
}
