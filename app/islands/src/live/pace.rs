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

/// How many sockets may fail on a page that never heard anything over one, before events are tried.
const SOCKETS: u32 = 3;

/// Whether the next try should be by events and not by a socket. `worked`: which of both something was heard over. A
/// socket that worked once is not blocked, whatever happens to it later; a server that is away lets neither through,
/// so that both are tried in turns.
pub fn by_events(worked: Option<bool>, failed: u32) -> bool {
    worked.unwrap_or(failed >= SOCKETS && failed % 2 == SOCKETS % 2)
}

#[cfg(test)]
mod tests {
    use super::{by_events, pause_ms};

    #[test]
    fn events_are_for_where_no_socket_ever_worked() {
        let tried: Vec<bool> = (0..7).map(|failed| by_events(None, failed)).collect();
        assert_eq!(tried, [false, false, false, true, false, true, false]);
        assert!((0..7).all(|failed| !by_events(Some(false), failed)));
        assert!((0..7).all(|failed| by_events(Some(true), failed)));
    }

    #[test]
    fn tries_at_once_then_ever_more_rarely_and_never_gives_up() {
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 400].map(|failed| pause_ms(failed, 1.0)),
            [60, 500, 1000, 2000, 4000, 5000, 5000]
        );
        assert_eq!(pause_ms(5, 0.0), 2500);
    }
}
