//! The clock in words, in English.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;

/// What is left of a cycle: `31 h left`, `40 min left`, `2 h over`; see [`crate::words::left`].
pub fn left(time: TimeDelta) -> String {
    crate::words::left(time.num_seconds())
}

/// An instant for a line that is read later or by people in several zones, so with its date and its zone:
/// `Wednesday, 25 Nov, 13:10 (Berlin time)`.
pub fn when_in_full(instant: DateTime<Utc>, zone: Tz) -> String {
    format!("{} ({})", instant.with_timezone(&zone).format("%A, %-d %b, %H:%M"), zone_name(zone))
}

/// What a zone is called: `Berlin time`, `UTC`.
pub fn zone_name(zone: Tz) -> String {
    let name = zone.name();
    match name.rsplit_once('/') {
        Some((region, city)) if region != "Etc" => format!("{} time", city.replace('_', " ")),
        Some((_, name)) => name.to_owned(),
        None => name.to_owned(),
    }
}

/// An instant as a reader in `zone` says it: `today 13:10`, `Wednesday 13:10` within six days
/// before or after, `3 Dec 13:10` beyond, with its year when that is not this one.
pub fn when(instant: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let (there, today) = (instant.with_timezone(&zone), now.with_timezone(&zone).date_naive());
    let date = there.date_naive();
    let format = match (date - today).num_days() {
        0 => "today %H:%M",
        -6..=6 => "%A %H:%M",
        _ if date.year() == today.year() => "%-d %b %H:%M",
        _ => "%-d %b %Y %H:%M",
    };
    there.format(format).to_string()
}
