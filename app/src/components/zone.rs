//! Choosing a time zone.

use chrono_tz::{TZ_VARIANTS, Tz};
use domain::format::{AMERICAN, Locale};

/// All zones in a list's order: where the United States' way is usual, theirs first.
pub fn all(locale: Locale) -> impl Iterator<Item = Tz> {
    let first: &[Tz] = if locale == Locale::UnitedStates { &AMERICAN } else { &[] };
    let rest = TZ_VARIANTS.iter().filter(|zone| !first.contains(zone));
    first.iter().chain(rest).copied()
}

/// The options of a field in which a zone is chosen: nothing, in the words given, then the names of places. What else is
/// in the list of zones are old spellings and offsets.
pub fn options(nothing: &str, locale: Locale) -> Vec<(String, String)> {
    const AREAS: [&str; 9] = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    let names = all(locale).map(|zone| zone.name());
    let places = names.filter(|name| *name == "UTC" || AREAS.iter().any(|area| name.starts_with(area)));
    let named = places.map(|name| (name.to_owned(), name.replace('_', " ")));
    [(String::new(), nothing.to_owned())].into_iter().chain(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_zones_come_first() {
        let american: Vec<_> = options("Choose one", Locale::UnitedStates);
        let shown: Vec<&str> = american[..5].iter().map(|(_, words)| words.as_str()).collect();
        let expected =
            ["Choose one", "America/New York", "America/Chicago", "America/Denver", "America/Los Angeles"];
        assert_eq!(shown, expected);
        let other = options("Choose one", Locale::International);
        assert_eq!(other[1].0, "Africa/Abidjan");
        // Each of them once, in both.
        assert_eq!(american.len(), other.len());
    }
}
