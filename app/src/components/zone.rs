//! Choosing a time zone.

/// The options of a field in which a zone is chosen: nothing, in the words given, then the names of places. What else is
/// in the list of zones are old spellings and offsets.
pub fn options(nothing: &str) -> Vec<(String, String)> {
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
    let names = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    let places = names.filter(|name| *name == "UTC" || AREAS.iter().any(|area| name.starts_with(area)));
    let named = places.map(|name| (name.to_owned(), name.replace('_', " ")));
    [(String::new(), nothing.to_owned())].into_iter().chain(named).collect()
}
