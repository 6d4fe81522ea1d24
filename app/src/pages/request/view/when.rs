//! Times of entries. The same function for the first paint and for what arrives later.

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// An instant (milliseconds since 1970) on clocks that are `zone_minutes` ahead of UTC: `Monday 09:12` within six days
/// of `now`, `3 Dec 09:12` beyond. A weekday and not "today", which would be wrong on a page left open overnight.
pub fn when(at: i64, now: i64, zone_minutes: i32) -> String {
    let ahead = i64::from(zone_minutes) * MINUTE;
    let (local, today) = (at + ahead, (now + ahead).div_euclid(DAY));
    let day = local.div_euclid(DAY);
    let minutes = local.rem_euclid(DAY) / MINUTE;
    let time = format!("{:02}:{:02}", minutes / 60, minutes % 60);
    if (day - today).abs() < 7 {
        // The first of January 1970 was a Thursday.
        return format!("{} {time}", WEEKDAYS[(day + 3).rem_euclid(7) as usize]);
    }
    let (month, day) = date(day);
    format!("{day} {} {time}", MONTHS[month])
}

/// Month (from 0) and day of a day since 1970, by Howard Hinnant's `civil_from_days`.
fn date(days: i64) -> (usize, i64) {
    let days = days + 719_468;
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    (((month + 2) % 12) as usize, of_year - (153 * month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 23 November 2026, 08:12 UTC.
    const NOW: i64 = 1_795_421_520_000;

    #[test]
    fn days_nearby_have_names_and_others_dates() {
        assert_eq!(when(NOW, NOW, 60), "Monday 09:12");
        assert_eq!(when(NOW - 6 * DAY, NOW, 60), "Tuesday 09:12");
        assert_eq!(when(NOW - 7 * DAY, NOW, 60), "16 Nov 09:12");
        assert_eq!(when(NOW + 2 * DAY, NOW, -480), "Wednesday 00:12");
        assert_eq!(when(951_782_400_000, NOW, 0), "29 Feb 00:00");
        assert_eq!(when(-MINUTE, NOW, 0), "31 Dec 23:59");
    }
}
