//! The sums that check digits are made by.

/// The digits of a text that is nothing else, `count` of them.
pub(super) fn digits(text: &str, count: usize) -> Option<Vec<u32>> {
    if text.len() != count {
        return None;
    }
    text.chars().map(|c| c.to_digit(10)).collect()
}

/// The sum of the digits, each times its weight; as many as there are weights.
pub(super) fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// The number that the digits make.
pub(super) fn number(digits: &[u32]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit))
}

/// The formula of Luhn (ISO/IEC 7812-1 annex B): every second digit from the right is doubled, and their digits are summed.
pub(super) fn luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { doubled(*digit) } else { *digit })
        .sum();
    sum.is_multiple_of(10)
}

/// ISO/IEC 7064, MOD 11,10.
pub(super) fn mod_11_10(digits: &[u32]) -> bool {
    let Some((last, rest)) = digits.split_last() else { return false };
    let product = rest.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *last
}

/// ISO/IEC 7064, MOD 97-10, over letters and digits: a letter stands for two digits, `A` for 10.
pub(super) fn mod_97_10(text: &str) -> bool {
    let rest = text.chars().try_fold(0_u32, |rest, c| {
        let value = c.to_digit(36)?;
        Some(if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 })
    });
    rest == Some(1)
}
