//! Small English phrases that every page and mail shares, alike in every locale; what differs by locale is in
//! [`crate::format`].
//!
//! Ages are functions of a number of seconds, so that none needs a clock or a calendar.

pub use wire::files::size;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `1 request`, `3 requests`: for nouns whose plural is an s; see [`count_of`] for the others.
pub fn count(n: i64, noun: &str) -> String {
    count_of(n, noun, &format!("{noun}s"))
}

/// `1 company`, `2 companies`.
pub fn count_of(n: i64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `one`, `two`, up to `ten`, then digits: for numbers in prose.
pub fn number(n: u32) -> String {
    const SMALL: [&str; 11] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    usize::try_from(n)
        .ok()
        .and_then(|n| SMALL.get(n))
        .map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

/// How long ago something was: `just now`, `14 minutes ago`, `3 hours ago`, `11 days ago`.
///
/// An age below a minute, or below zero because two clocks disagree, is `just now`.
pub fn ago(seconds: i64) -> String {
    match spell(seconds) {
        Some(age) => format!("{age} ago"),
        None => "just now".to_owned(),
    }
}

/// How old a card is: `new`, `added 14 minutes ago`, `added 11 days ago`. Below a minute it is `new`.
pub fn old(seconds: i64) -> String {
    match spell(seconds) {
        Some(age) => format!("added {age} ago"),
        None => "new".to_owned(),
    }
}

/// Line breaks as a box counts them: one character each, whoever sent them. In every text that is stored.
pub fn line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn spell(seconds: i64) -> Option<String> {
    match seconds {
        DAY.. => Some(count(seconds / DAY, "day")),
        HOUR.. => Some(count(seconds / HOUR, "hour")),
        MINUTE.. => Some(count(seconds / MINUTE, "minute")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_agree_with_their_number() {
        assert_eq!(count(0, "request"), "0 requests");
        assert_eq!(count(1, "request"), "1 request");
        assert_eq!(count(-1, "request"), "-1 requests");
        assert_eq!(count_of(2, "company", "companies"), "2 companies");
    }

    #[test]
    fn ages_change_their_unit_at_its_edge() {
        let cases = [
            (i64::MIN, "just now"),
            (-5, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (14 * MINUTE + 59, "14 minutes ago"),
            (HOUR - 1, "59 minutes ago"),
            (HOUR, "1 hour ago"),
            (DAY - 1, "23 hours ago"),
            (DAY, "1 day ago"),
            (11 * DAY, "11 days ago"),
        ];
        for (seconds, words) in cases {
            assert_eq!(ago(seconds), words, "{seconds}");
        }
        assert_eq!(old(30), "new");
        assert_eq!(old(11 * DAY), "added 11 days ago");
    }
}
