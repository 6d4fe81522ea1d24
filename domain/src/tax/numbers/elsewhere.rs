//! Tax numbers outside the European Union.

use super::{
    Scheme,
    checksums::{digits, luhn, number, weighted},
};

const fn scheme(
    country: &'static str,
    prefix: &'static str,
    name: &'static str,
    example: &'static str,
    is_right: fn(&str) -> bool,
    written: Option<fn(&str) -> String>,
) -> Scheme {
    Scheme { country, prefix, name, example, is_right, written }
}

pub(super) const SCHEMES: &[Scheme] = &[
    scheme("GB", "GB", "VAT number", "GB980780684", britain, None),
    scheme(
        "AU",
        "",
        "Australian Business Number",
        "83 914 571 673",
        australia,
        Some(|n| grouped(n, &[2, 3, 3, 3], " ")),
    ),
    scheme(
        "CH",
        "CHE",
        "UID",
        "CHE-107.787.577",
        switzerland,
        Some(|n| format!("CHE-{}", grouped(&n[..9], &[3, 3, 3], "."))),
    ),
    scheme(
        "NO",
        "NO",
        "organization number",
        "995 525 828 MVA",
        norway,
        Some(|n| format!("{} MVA", grouped(&n[..9], &[3, 3, 3], " "))),
    ),
    scheme(
        "NZ",
        "NZ",
        "IRD number",
        "49-091-850",
        new_zealand,
        Some(|n| grouped(n, &[n.len() - 6, 3, 3], "-")),
    ),
    scheme("CA", "", "Business Number", "123026635RT0001", canada, None),
    scheme("US", "", "EIN", "91-1144442", united_states, Some(|n| grouped(n, &[2, 7], "-"))),
];

fn grouped(number: &str, sizes: &[usize], between: &str) -> String {
    let mut rest = number;
    let mut parts = Vec::with_capacity(sizes.len());
    for size in sizes {
        let (part, after) = rest.split_at_checked(*size).unwrap_or((rest, ""));
        parts.push(part);
        rest = after;
    }
    parts.join(between)
}

/// HMRC's rules of VAT registration numbers: nine digits, or twelve with a branch. Weights 8 to 2, then the last two as a
/// number: 97 divides the sum or, since 2010 (numbers from 100), the sum and 55.
fn britain(text: &str) -> bool {
    let Some(d) = digits(text, 9).or_else(|| digits(text, 12)) else { return false };
    let rest = weighted(&d, &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
    number(&d) > 0 && (rest == 0 || number(&d[..3]) >= 100 && matches!(rest, 42 | 55))
}

/// The ABN's format by the Australian Business Register: one less the first digit, weights 10, 1, 3 … 19, which 89 divides.
fn australia(text: &str) -> bool {
    digits(text, 11).is_some_and(|mut d| {
        if d[0] == 0 {
            return false;
        }
        d[0] -= 1;
        weighted(&d, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]).is_multiple_of(89)
    })
}

/// The Federal Statistical Office's UID (eCH-0097): nine digits with weights 5 to 2 and 7 to 4 by 11; VAT is said by `MWST`,
/// `TVA` or `IVA` after it.
fn switzerland(text: &str) -> bool {
    let (Some(first), Some(rest)) = (text.get(..9), text.get(9..)) else { return false };
    matches!(rest, "" | "MWST" | "TVA" | "IVA")
        && digits(first, 9).is_some_and(|d| {
            (11 - weighted(&d, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11 == d[8] && number(&d) > 0
        })
}

/// The Brønnøysund Register's organisation number: nine digits with weights 3, 2, 7 to 2 by 11; VAT is said by `MVA`.
fn norway(text: &str) -> bool {
    let (Some(first), Some(rest)) = (text.get(..9), text.get(9..)) else { return false };
    matches!(rest, "" | "MVA")
        && digits(first, 9).is_some_and(|d| {
            matches!(d[0], 8 | 9) && weighted(&d, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
        })
}

/// Inland Revenue's check of IRD numbers (which are GST numbers): eight digits and one by 11, with a second set of weights
/// where the first leaves 10; between 10,000,000 and 150,000,000.
fn new_zealand(text: &str) -> bool {
    if !(8..=9).contains(&text.len()) {
        return false;
    }
    digits(&format!("{text:0>9}"), 9).is_some_and(|d| {
        let check = |weights: [u32; 8]| (11 - weighted(&d, &weights) % 11) % 11;
        let first = check([3, 2, 7, 6, 5, 4, 3, 2]);
        let check = if first == 10 { check([7, 4, 3, 2, 5, 2, 7, 6]) } else { first };
        (10_000_000..150_000_000).contains(&number(&d)) && check == d[8]
    })
}

/// The Canada Revenue Agency's Business Number: nine digits by Luhn's formula, alone or with the GST account, `RT0001`.
fn canada(text: &str) -> bool {
    let (Some(first), Some(rest)) = (text.get(..9), text.get(9..)) else { return false };
    let is_account = rest.is_empty()
        || rest
            .strip_prefix("RT")
            .or_else(|| rest.strip_prefix("RC"))
            .is_some_and(|n| digits(n, 4).is_some());
    is_account && digits(first, 9).is_some_and(|d| luhn(&d) && number(&d) > 0)
}

/// The IRS's EIN: two digits of the campus that gave it and seven more. It has no check digit; these prefixes were never
/// given (IRS, "How EINs are assigned and valid EIN prefixes").
fn united_states(text: &str) -> bool {
    const NEVER: [u64; 17] = [0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97];
    digits(text, 9).is_some_and(|d| !NEVER.contains(&number(&d[..2])))
}
