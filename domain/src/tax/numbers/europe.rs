//! The VAT numbers of the European Union's members. Their forms are in the Commission's list (VIES, "structure of VAT
//! numbers"), their check digits in the members' own rules as the Commission's document of VAT number algorithms (TAXUD,
//! ITI-VIES) gathers them.

use super::{
    Scheme,
    checksums::{digits, luhn, mod_11_10, mod_97_10, number, weighted},
};

const fn vat(
    country: &'static str,
    prefix: &'static str,
    example: &'static str,
    is_right: fn(&str) -> bool,
) -> Scheme {
    Scheme { country, prefix, name: "VAT number", example, is_right, written: None }
}

const fn padded(scheme: Scheme, written: fn(&str) -> String) -> Scheme {
    Scheme { written: Some(written), ..scheme }
}

pub(super) const SCHEMES: &[Scheme] = &[
    vat("AT", "AT", "ATU13585627", austria),
    padded(vat("BE", "BE", "BE0403019261", belgium), |number| format!("BE{number:0>10}")),
    vat("BG", "BG", "BG175074752", bulgaria),
    vat("CY", "CY", "CY10259033P", cyprus),
    vat("CZ", "CZ", "CZ25123891", czechia),
    vat("DE", "DE", "DE136695976", germany),
    vat("DK", "DK", "DK13585628", denmark),
    vat("EE", "EE", "EE100931558", estonia),
    vat("ES", "ES", "ESJ99216582", spain),
    vat("FI", "FI", "FI20774740", finland),
    vat("FR", "FR", "FR40303265045", france),
    vat("GR", "EL", "EL094259216", greece),
    vat("HR", "HR", "HR33392005961", croatia),
    vat("HU", "HU", "HU12892312", hungary),
    vat("IE", "IE", "IE6433435F", ireland),
    vat("IT", "IT", "IT00743110157", italy),
    vat("LT", "LT", "LT119511515", lithuania),
    vat("LU", "LU", "LU15027442", luxembourg),
    vat("LV", "LV", "LV40003521600", latvia),
    vat("MT", "MT", "MT11679112", malta),
    padded(vat("NL", "NL", "NL004495445B01", netherlands), |number| format!("NL{number:0>12}")),
    vat("PL", "PL", "PL8567346215", poland),
    vat("PT", "PT", "PT501964843", portugal),
    vat("RO", "RO", "RO18547290", romania),
    vat("SE", "SE", "SE123456789701", sweden),
    vat("SI", "SI", "SI50223054", slovenia),
    vat("SK", "SK", "SK2022749619", slovakia),
];

/// UID: `U`, seven digits and a check digit, by BMF's rule: every second digit doubled and its digits summed, 4 added.
fn austria(text: &str) -> bool {
    let Some(d) = text.strip_prefix('U').and_then(|rest| digits(rest, 8)) else { return false };
    let sum: u32 = (0..7).map(|at| if at % 2 == 1 { d[at] * 2 / 10 + d[at] * 2 % 10 } else { d[at] }).sum();
    (10 - (sum + 4) % 10) % 10 == d[7]
}

/// Enterprise number: the last two digits are 97 less the rest of the first eight by 97. Old ones lack the leading zero.
fn belgium(text: &str) -> bool {
    let Some(d) = digits(&format!("{text:0>10}"), 10) else { return false };
    d[0] <= 1 && number(&d) > 0 && 97 - number(&d[..8]) % 97 == number(&d[8..])
}

/// UIC of nine digits: weights 1 to 8 by 11, and 3 to 10 where that leaves 10. Ten digits: a person's EGN, a foreigner's
/// LNC, or another's number.
fn bulgaria(text: &str) -> bool {
    if let Some(d) = digits(text, 9) {
        let first = weighted(&d, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
        let check = if first == 10 { weighted(&d, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10 } else { first };
        return check == d[8];
    }
    digits(text, 10).is_some_and(|d| {
        let egn = weighted(&d, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == d[9];
        let foreigner = weighted(&d, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == d[9];
        let other = (11 - weighted(&d, &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 == d[9];
        egn || foreigner || other
    })
}

/// Eight digits and a letter: digits at odd places are turned by a table, the sum by 26 is the letter.
fn cyprus(text: &str) -> bool {
    const TURNED: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let Some((d, letter)) = text.get(..8).and_then(|first| digits(first, 8)).zip(text.get(8..)) else {
        return false;
    };
    let sum: u32 = (0..8).map(|at| if at % 2 == 0 { TURNED[d[at] as usize] } else { d[at] }).sum();
    !text.starts_with("12") && letter.len() == 1 && letter.as_bytes()[0] == b'A' + (sum % 26) as u8
}

/// Eight digits of a company, with weights 8 to 2 by 11; ten of a person, the birth number, which 11 divides (until 1985
/// the last digit may be the rest's last one). Nine digits of persons born before 1954 have no check digit.
fn czechia(text: &str) -> bool {
    match text.len() {
        8 => digits(text, 8)
            .is_some_and(|d| d[0] != 9 && (11 - weighted(&d, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 10 == d[7]),
        9 => digits(text, 9).is_some(),
        _ => digits(text, 10).is_some_and(|d| number(&d[..9]) % 11 % 10 == u64::from(d[9])),
    }
}

/// USt-IdNr.: nine digits by ISO 7064 MOD 11,10 (BZSt).
fn germany(text: &str) -> bool {
    digits(text, 9).is_some_and(|d| d[0] != 0 && mod_11_10(&d))
}

/// CVR: eight digits with weights 2, 7 to 1, which 11 divides.
fn denmark(text: &str) -> bool {
    digits(text, 8).is_some_and(|d| d[0] != 0 && weighted(&d, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11))
}

/// KMKR: nine digits with weights 3, 7, 1, which 10 divides.
fn estonia(text: &str) -> bool {
    digits(text, 9)
        .is_some_and(|d| d[0] != 0 && weighted(&d, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10))
}

/// NIF: a person's DNI (number by 23 to a letter), a foreigner's NIE (`X`, `Y`, `Z` for 0, 1, 2), the letters `K`, `L`, `M`
/// before seven digits, or a company's, whose last character is Luhn's digit or the letter that stands for it.
fn spain(text: &str) -> bool {
    const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let (Some(middle), [first, .., last]) = (text.get(1..8).and_then(|d| digits(d, 7)), text.as_bytes())
    else {
        return false;
    };
    if text.len() != 9 {
        return false;
    }
    let of_person = |number: u64| LETTERS[(number % 23) as usize] == *last;
    match first {
        b'0'..=b'9' => of_person(u64::from(first - b'0') * 10_000_000 + number(&middle)),
        b'X'..=b'Z' => of_person(u64::from(first - b'X') * 10_000_000 + number(&middle)),
        b'K' | b'L' | b'M' => of_person(number(&middle)),
        b'A'..=b'H' | b'J' | b'N' | b'P'..=b'S' | b'U'..=b'W' => {
            let check = (0..10_u32).find(|check| {
                let mut all = middle.clone();
                all.push(*check);
                luhn(&all)
            });
            let check = check.unwrap_or_default() as u8;
            let (digit, letter) = (b'0' + check, b"JABCDEFGHI"[check as usize]);
            match first {
                b'A' | b'B' | b'E' | b'H' => *last == digit,
                b'N' | b'P' | b'Q' | b'R' | b'S' | b'W' => *last == letter,
                _ => *last == digit || *last == letter,
            }
        }
        _ => false,
    }
}

/// ALV: eight digits with weights 7, 9, 10, 5, 8, 4, 2, 1, which 11 divides.
fn finland(text: &str) -> bool {
    digits(text, 8).is_some_and(|d| weighted(&d, &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11))
}

/// TVA: two characters and the SIREN, which Luhn's formula checks but for Monaco's (`000…`). The two are 12 plus three
/// times the SIREN by 97; where one of them is a letter (neither `I` nor `O`), DGFiP's newer rule holds.
fn france(text: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let (Some(key), Some(siren)) = (text.get(..2), text.get(2..).and_then(|rest| digits(rest, 9))) else {
        return false;
    };
    if !siren.starts_with(&[0, 0, 0]) && !luhn(&siren) {
        return false;
    }
    let siren = number(&siren);
    if let Some(key) = digits(key, 2) {
        return number(&key) == (siren * 100 + 12) % 97;
    }
    let mut places = key.chars().map(|c| ALPHABET.find(c).map(|at| at as u64));
    let (Some(Some(first)), Some(Some(second))) = (places.next(), places.next()) else { return false };
    let check = if first < 10 {
        (first * 24 + second).checked_sub(10)
    } else {
        (first * 34 + second).checked_sub(100)
    };
    check.is_some_and(|check| (siren + 1 + check / 11) % 11 == check % 11)
}

/// AFM: each digit after the others doubled, by 11 and 10.
fn greece(text: &str) -> bool {
    digits(text, 9).is_some_and(|d| {
        let sum = d[..8].iter().fold(0, |sum, digit| sum * 2 + digit);
        number(&d) > 0 && sum * 2 % 11 % 10 == d[8]
    })
}

/// OIB: eleven digits by ISO 7064 MOD 11,10.
fn croatia(text: &str) -> bool {
    digits(text, 11).is_some_and(|d| mod_11_10(&d))
}

/// ANUM: eight digits with weights 9, 7, 3, 1, which 10 divides.
fn hungary(text: &str) -> bool {
    digits(text, 8).is_some_and(|d| weighted(&d, &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10))
}

/// Seven digits, a check letter by 23 and, since 2013, a second letter that counts nine times; or the older form with a
/// letter or sign in the second place.
fn ireland(text: &str) -> bool {
    const LETTERS: &str = "WABCDEFGHIJKLMNOPQRSTUV";
    let value = |c: char| LETTERS.find(c).map(|at| at as u32);
    let mut rest = text.get(7..).unwrap_or_default().chars();
    let (Some(check), second, None) = (rest.next(), rest.next(), rest.next()) else { return false };
    let older = text.chars().nth(1).is_some_and(|c| c.is_ascii_uppercase() || c == '+' || c == '*');
    let number = match text.get(..7) {
        Some(_) if older => format!("0{}{}", &text[2..7], &text[..1]),
        Some(number) => number.to_owned(),
        None => return false,
    };
    let (Some(d), Some(extra)) = (digits(&number, 7), second.map_or(Some(0), value)) else { return false };
    let sum = weighted(&d, &[8, 7, 6, 5, 4, 3, 2]) + 9 * extra;
    value(check) == Some(sum % 23)
}

/// Partita IVA: seven digits, the province's three, and Luhn's.
fn italy(text: &str) -> bool {
    digits(text, 11).is_some_and(|d| number(&d[..7]) > 0 && luhn(&d))
}

/// PVM: nine digits of a company or twelve of another, the last but one a 1; weights 1 to 9 by 11, and 3 to 9, 1 … where
/// that leaves 10.
fn lithuania(text: &str) -> bool {
    let Some(d) = digits(text, 9).or_else(|| digits(text, 12)) else { return false };
    let last = d.len() - 1;
    let sum =
        |from: u32| -> u32 { d[..last].iter().zip(from..).map(|(digit, at)| digit * (1 + at % 9)).sum() };
    let check = if sum(0) % 11 == 10 { sum(2) % 11 % 10 } else { sum(0) % 11 };
    d[last - 1] == 1 && check == d[last]
}

/// TVA: the first six digits by 89 are the last two.
fn luxembourg(text: &str) -> bool {
    digits(text, 8).is_some_and(|d| number(&d[..6]) % 89 == number(&d[6..]))
}

/// PVN: a company's eleven digits with weights that leave 3 by 11; a person's with their own. Persons' numbers from 2017 on
/// begin with 32 and have no check digit.
fn latvia(text: &str) -> bool {
    digits(text, 11).is_some_and(|d| {
        if d[0] > 3 {
            return weighted(&d, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3;
        }
        text.starts_with("32") || (1 + weighted(&d, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10 == d[10]
    })
}

/// Eight digits with weights 3, 4, 6 to 10, 1, which 37 divides.
fn malta(text: &str) -> bool {
    digits(text, 8).is_some_and(|d| d[0] != 0 && weighted(&d, &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37))
}

/// OB number: nine digits, `B` and two. Since 2020 the whole is checked by ISO 7064 MOD 97-10; before, the nine are a BSN or
/// RSIN, which 11 divides with weights 9 to 2 and −1.
fn netherlands(text: &str) -> bool {
    let text = format!("{text:0>12}");
    let (Some(d), Some(branch)) =
        (digits(&text[..9], 9), text[9..].strip_prefix('B').and_then(|rest| digits(rest, 2)))
    else {
        return false;
    };
    let sum = weighted(&d, &[9, 8, 7, 6, 5, 4, 3, 2]);
    number(&branch) > 0
        && (mod_97_10(&format!("NL{text}")) || (sum + 10 * d[8]).is_multiple_of(11) && number(&d) > 0)
}

/// NIP: ten digits with weights 6, 5, 7, 2 to 7 by 11.
fn poland(text: &str) -> bool {
    digits(text, 10)
        .is_some_and(|d| number(&d) > 0 && weighted(&d, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == d[9])
}

/// NIF: nine digits with weights 9 to 2 by 11; 10 and 11 become 0.
fn portugal(text: &str) -> bool {
    digits(text, 9).is_some_and(|d| {
        let check = 11 - weighted(&d, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        d[0] != 0 && (if check > 9 { 0 } else { check }) == d[8]
    })
}

/// CUI of two to ten digits, weights from the right, ten times the sum by 11 and 10; or a person's CNP of thirteen.
fn romania(text: &str) -> bool {
    if let Some(d) = digits(text, 13) {
        let check = weighted(&d, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
        return (if check == 10 { 1 } else { check }) == d[12];
    }
    text.len() >= 2
        && !text.starts_with('0')
        && digits(&format!("{text:0>10}"), 10)
            .is_some_and(|d| 10 * weighted(&d, &[7, 5, 3, 2, 1, 7, 5, 3, 2]) % 11 % 10 == d[9])
}

/// Moms: the ten digits of an organisation, which Luhn's formula checks, and its branch from 01.
fn sweden(text: &str) -> bool {
    digits(text, 12).is_some_and(|d| luhn(&d[..10]) && number(&d[10..]) > 0)
}

/// DDV: eight digits with weights 8 to 2 by 11; 10 becomes 0.
fn slovenia(text: &str) -> bool {
    digits(text, 8).is_some_and(|d| {
        let check = 11 - weighted(&d, &[8, 7, 6, 5, 4, 3, 2]) % 11;
        d[0] != 0 && check != 11 && check % 10 == d[7]
    })
}

/// IČ DPH: ten digits that 11 divides; the third is none of 0, 1, 5, 6.
fn slovakia(text: &str) -> bool {
    digits(text, 10)
        .is_some_and(|d| d[0] != 0 && !matches!(d[2], 0 | 1 | 5 | 6) && number(&d).is_multiple_of(11))
}
