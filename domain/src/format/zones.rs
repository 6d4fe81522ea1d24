//! What zones are called, and which are of the United States.

use chrono_tz::Tz;

/// What a zone is called: `Berlin time`, `UTC`.
pub fn zone_name(zone: Tz) -> String {
    let name = zone.name();
    match name.rsplit_once('/') {
        Some((region, city)) if region != "Etc" => format!("{} time", city.replace('_', " ")),
        Some((_, name)) => name.to_owned(),
        None => name.to_owned(),
    }
}

/// The zones of the United States that a list shows first, from east to west.
pub const AMERICAN: [Tz; 6] = [
    Tz::America__New_York,
    Tz::America__Chicago,
    Tz::America__Denver,
    Tz::America__Los_Angeles,
    Tz::America__Anchorage,
    Tz::Pacific__Honolulu,
];

/// Whether it is a zone of the United States and their islands.
pub(super) fn is_american(zone: Tz) -> bool {
    const NO_LETTERS: [&str; 11] = [
        "America/Phoenix",
        "US/Arizona",
        "America/Puerto_Rico",
        "America/St_Thomas",
        "America/Virgin",
        "Pacific/Guam",
        "Pacific/Saipan",
        "Pacific/Pago_Pago",
        "Pacific/Samoa",
        "Pacific/Midway",
        "US/Samoa",
    ];
    american(zone).is_some() || NO_LETTERS.contains(&zone.name())
}

/// The letters by which a zone of the United States is known, summer and winter: `PT`. None for any other, and for those
/// that never change their clocks: there it is the place that says when it is.
pub(super) fn american(zone: Tz) -> Option<&'static str> {
    let letters = match zone.name() {
        "America/New_York"
        | "America/Detroit"
        | "America/Indianapolis"
        | "America/Fort_Wayne"
        | "America/Louisville"
        | "US/Eastern"
        | "US/East-Indiana"
        | "US/Michigan"
        | "EST5EDT" => "ET",
        "America/Indiana/Knox"
        | "America/Indiana/Tell_City"
        | "America/Knox_IN"
        | "America/Chicago"
        | "America/Menominee"
        | "US/Central"
        | "US/Indiana-Starke"
        | "CST6CDT" => "CT",
        "America/Denver" | "America/Boise" | "America/Shiprock" | "Navajo" | "US/Mountain" | "MST7MDT" => {
            "MT"
        }
        "America/Los_Angeles" | "US/Pacific" | "PST8PDT" => "PT",
        "America/Anchorage" | "America/Juneau" | "America/Sitka" | "America/Metlakatla"
        | "America/Yakutat" | "America/Nome" | "US/Alaska" => "AKT",
        "Pacific/Honolulu" | "US/Hawaii" | "America/Adak" | "America/Atka" | "US/Aleutian" => "HT",
        name if name.starts_with("America/Indiana/") || name.starts_with("America/Kentucky/") => "ET",
        name if name.starts_with("America/North_Dakota/") => "CT",
        _ => return None,
    };
    Some(letters)
}
