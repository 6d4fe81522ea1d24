//! Tax numbers, as far as one can tell without asking anybody: their form and their check digits. That a number belongs
//! to whoever typed it is asked by hand of a register (VIES and the like).
//!
//! Countries that are not known here keep what was typed. Written after the issuers' own descriptions, each named where its
//! rule stands; nothing kept well enough does the same offline for all of these.

mod checksums;
mod elsewhere;
mod europe;

/// A country's number: its prefix, an example of a right one, and what holds for the part after the prefix.
struct Scheme {
    country: &'static str,
    /// Stands before the number as it is kept; empty where there is none.
    prefix: &'static str,
    name: &'static str,
    example: &'static str,
    is_right: fn(&str) -> bool,
    /// How it is kept, from its bare characters; as they are with the prefix otherwise.
    written: Option<fn(&str) -> String>,
}

/// The members of the European Union that levy its VAT, by their ISO codes, in which Greece is `GR`.
pub const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Whether a country, by its ISO code, is one of [`EU`].
pub fn is_eu(country: &str) -> bool {
    EU.contains(&country)
}

/// The number as it is kept and printed: `DE136695976` for `de 136 695 976`. What was typed, trimmed, for a country whose
/// numbers are not known here.
///
/// # Errors
/// What a right one looks like, in a sentence for beside the field.
pub fn read(country: &str, typed: &str) -> Result<String, String> {
    let Some(scheme) = find(country) else { return Ok(typed.trim().to_owned()) };
    let bare: String = typed.to_uppercase().chars().filter(|c| !" .-/\u{a0}".contains(*c)).collect();
    let number = bare.strip_prefix(scheme.prefix).unwrap_or(&bare);
    if !number.is_ascii() || !(scheme.is_right)(number) {
        return Err(format!(
            "This isn’t a valid {}. A right one looks like {}. Check it for a typo, or leave it empty if you have none.",
            scheme.name, scheme.example
        ));
    }
    Ok(scheme.written.map_or_else(|| format!("{}{number}", scheme.prefix), |written| written(number)))
}

/// What a right number of the country looks like, where that is known.
pub fn example(country: &str) -> Option<&'static str> {
    find(country).map(|scheme| scheme.example)
}

fn find(country: &str) -> Option<&'static Scheme> {
    europe::SCHEMES.iter().chain(elsewhere::SCHEMES).find(|scheme| scheme.country == country)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published examples of the issuers and of registers that anybody can read.
    const RIGHT: &[(&str, &str, &str)] = &[
        ("AT", "U 13585627", "ATU13585627"),
        ("AU", "83 914 571 673", "83 914 571 673"),
        ("BE", "BE 403.019.261", "BE0403019261"),
        ("BG", "BG 175 074 752", "BG175074752"),
        ("CA", "12302 6635 RT 0001", "123026635RT0001"),
        ("CH", "CHE-107.787.577 MWST", "CHE-107.787.577"),
        ("CY", "10259033P", "CY10259033P"),
        ("CZ", "CZ25123891", "CZ25123891"),
        ("DE", "de 136 695 976", "DE136695976"),
        ("DK", "DK 13585628", "DK13585628"),
        ("EE", "100 931 558", "EE100931558"),
        ("ES", "J99216582", "ESJ99216582"),
        ("ES", "54362315K", "ES54362315K"),
        ("ES", "X2482300W", "ESX2482300W"),
        ("FI", "20774740", "FI20774740"),
        ("FR", "Fr 40 303 265 045", "FR40303265045"),
        ("FR", "K7399859412", "FRK7399859412"),
        ("GB", "GB 980 7806 84", "GB980780684"),
        ("GR", "EL 094259216", "EL094259216"),
        ("HR", "HR 33392005961", "HR33392005961"),
        ("HU", "HU-12892312", "HU12892312"),
        ("IE", "6433435F", "IE6433435F"),
        ("IE", "6433435OA", "IE6433435OA"),
        ("IE", "8D79739I", "IE8D79739I"),
        ("IT", "00743110157", "IT00743110157"),
        ("LT", "119511515", "LT119511515"),
        ("LT", "290061371314", "LT290061371314"),
        ("LU", "LU 150 274 42", "LU15027442"),
        ("LV", "40003521600", "LV40003521600"),
        ("MT", "11679112", "MT11679112"),
        ("NL", "NL4495445B01", "NL004495445B01"),
        ("NL", "002455799B11", "NL002455799B11"),
        ("NO", "995 525 828 MVA", "995 525 828 MVA"),
        ("NZ", "49-091-850", "49-091-850"),
        ("PL", "8567346215", "PL8567346215"),
        ("PT", "501 964 843", "PT501964843"),
        ("RO", "18547290", "RO18547290"),
        ("SE", "SE 123456789701", "SE123456789701"),
        ("SI", "50223054", "SI50223054"),
        ("SK", "202 274 96 19", "SK2022749619"),
        ("US", "91 1144442", "91-1144442"),
        ("BR", " 16.727.230/0001-97 ", "16.727.230/0001-97"),
    ];

    #[test]
    fn right_numbers_are_kept_as_they_are_printed() {
        for (country, typed, kept) in RIGHT {
            assert_eq!(read(country, typed).unwrap_or_default(), *kept, "{country} {typed}");
        }
    }

    #[test]
    fn one_wrong_digit_is_told() {
        // US numbers have no check digit, Brazil's are not known here, and a Dutch one may be right by its other rule.
        for (country, typed, kept) in
            RIGHT.iter().filter(|(country, ..)| !["US", "BR", "NL"].contains(country))
        {
            let places: Vec<usize> =
                kept.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
            for at in places {
                // The branch of a Swedish or Canadian number is counted, not checked.
                if *country == "SE" && at >= 12 || *country == "CA" && at >= 9 {
                    continue;
                }
                let digit = kept.as_bytes()[at] - b'0';
                let wrong = format!("{}{}{}", &kept[..at], (digit + 1) % 10, &kept[at + 1..]);
                assert!(read(country, &wrong).is_err(), "{country} {typed} as {wrong}");
            }
        }
    }

    #[test]
    fn every_example_is_right_and_every_member_is_known() {
        for scheme in europe::SCHEMES.iter().chain(elsewhere::SCHEMES) {
            assert!(read(scheme.country, scheme.example).is_ok(), "{} {}", scheme.country, scheme.example);
        }
        assert!(EU.iter().all(|country| example(country).is_some()));
    }

    #[test]
    fn what_is_none_is_told_with_an_example() {
        let told = read("DE", "DE123456789").unwrap_err();
        assert!(told.contains("VAT number") && told.contains("DE136695976"), "{told}");
        for (country, typed) in [
            ("US", "00-1234567"),
            ("AU", "ABN"),
            ("DE", ""),
            ("FR", "É7399859412"),
            ("GB", "GBGD001"),
            ("CH", "CHE-1"),
        ] {
            assert!(read(country, typed).is_err(), "{country} {typed}");
        }
    }
}
