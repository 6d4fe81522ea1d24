//! Where clients transfer money to. It is one text of labeled lines, which invoices print and the page to pay on takes apart; this
//! writes it from fields and reads it back into them, so that an operator need not know its form.

use crate::{Error, FieldErrors, Result};

const LONGEST: usize = 120;

/// An account that clients pay to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankDetails {
    /// Whose account it is.
    pub holder: String,
    /// The bank's name.
    pub bank: String,
    pub iban: String,
    pub bic: String,
    /// A US routing number (ABA).
    pub routing: String,
    pub account: String,
    /// Lines for what other countries have: sort codes, branch numbers.
    pub other: String,
}

/// The words before each field's line, the one that is written first.
const LABELS: [(&str, &[&str]); 6] = [
    ("holder", &["Account name", "Account holder", "Name", "Beneficiary"]),
    ("bank", &["Bank"]),
    ("iban", &["IBAN"]),
    ("bic", &["BIC", "SWIFT", "BIC/SWIFT"]),
    ("routing", &["Routing number", "Routing", "ABA"]),
    ("account", &["Account number", "Account"]),
];

impl BankDetails {
    fn field(&mut self, name: &str) -> &mut String {
        match name {
            "holder" => &mut self.holder,
            "bank" => &mut self.bank,
            "iban" => &mut self.iban,
            "bic" => &mut self.bic,
            "routing" => &mut self.routing,
            "account" => &mut self.account,
            _ => &mut self.other,
        }
    }

    /// What a text says, as far as its lines are known; the rest is in `other`, so that nothing is lost.
    pub fn from_text(text: &str) -> Self {
        let mut details = Self::default();
        let mut other = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let known = line.split_once(':').and_then(|(label, value)| {
                let is = |known: &&str| known.eq_ignore_ascii_case(label.trim());
                let (name, _) = LABELS.iter().find(|(_, labels)| labels.iter().any(is))?;
                Some((*name, value.trim()))
            });
            match known {
                Some((name, value)) if details.field(name).is_empty() => {
                    value.clone_into(details.field(name))
                }
                _ => other.push(line),
            }
        }
        details.other = other.join("\n");
        details
    }

    /// The text of it: a line for each field that is filled.
    pub fn text(&self) -> String {
        let mut details = self.clone();
        let mut lines = Vec::new();
        for (name, labels) in LABELS {
            let value = std::mem::take(details.field(name));
            if !value.is_empty() {
                lines.push(format!("{}: {value}", labels[0]));
            }
        }
        if !self.other.is_empty() {
            lines.push(self.other.clone());
        }
        lines.join("\n")
    }

    /// What was typed, put in order: an IBAN in groups of four, numbers without their spaces.
    ///
    /// # Errors
    /// Fields `holder`, `bank`, `iban`, `bic`, `routing`, `account` and `other`.
    pub fn read(self) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let read = Self {
            holder: line(&mut errors, "holder", &self.holder),
            bank: line(&mut errors, "bank", &self.bank),
            iban: iban(&mut errors, &self.iban),
            bic: bic(&mut errors, &self.bic),
            routing: routing(&mut errors, &self.routing),
            account: line(&mut errors, "account", &self.account),
            other: self
                .other
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect::<Vec<_>>()
                .join("\n"),
        };
        if read.text().lines().count() > 10 || read.text().chars().count() > 600 {
            errors.add("other", "Keep this to a few lines.");
        }
        let is_account = !read.iban.is_empty() || !read.account.is_empty();
        if is_account && read.holder.is_empty() {
            errors.add("holder", "Enter the name on the account. Banks ask for it.");
        }
        if !read.routing.is_empty() && read.account.is_empty() {
            errors.add("account", "Enter the account number that goes with the routing number.");
        }
        if errors.is_empty() { Ok(read) } else { Err(Error::Fields(errors)) }
    }
}

fn line(errors: &mut FieldErrors, field: &str, text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > LONGEST {
        errors.add(field, format!("Keep this under {LONGEST} characters."));
    }
    line
}

/// Without spaces and hyphens, in capitals.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect()
}

fn iban(errors: &mut FieldErrors, typed: &str) -> String {
    let iban = bare(typed);
    if !iban.is_empty() && !is_iban(&iban) {
        errors.add("iban", "Check this IBAN. Its check digits don’t add up.");
    }
    let characters: Vec<char> = iban.chars().collect();
    characters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

/// Country, two check digits, and the account, such that the whole read as a number leaves 1 of 97 (ISO 13616).
fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let looks = (15..=34).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes[..2].iter().all(u8::is_ascii_alphabetic)
        && bytes[2..4].iter().all(u8::is_ascii_digit);
    let turned = || bytes[4..].iter().chain(&bytes[..4]);
    looks
        && turned().fold(0, |rest: u32, byte| match char::from(*byte).to_digit(36) {
            Some(digit @ 0..=9) => (rest * 10 + digit) % 97,
            Some(letter) => (rest * 100 + letter) % 97,
            None => 0,
        }) == 1
}

fn bic(errors: &mut FieldErrors, typed: &str) -> String {
    let bic = bare(typed);
    let bytes = bic.as_bytes();
    let is_bic = matches!(bytes.len(), 8 | 11)
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes[..6].iter().all(u8::is_ascii_alphabetic);
    if !bic.is_empty() && !is_bic {
        errors.add("bic", "A BIC has 8 or 11 characters, like COBADEFFXXX.");
    }
    bic
}

fn routing(errors: &mut FieldErrors, typed: &str) -> String {
    let routing = bare(typed);
    let digits: Vec<u32> = routing.chars().filter_map(|c| c.to_digit(10)).collect();
    let weighed: u32 =
        digits.iter().zip([3, 7, 1].iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    let is_routing = digits.len() == 9 && routing.chars().count() == 9 && weighed.is_multiple_of(10);
    if !routing.is_empty() && !is_routing {
        errors.add("routing", "A routing number has 9 digits. Check this one against your bank’s.");
    }
    routing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(details: BankDetails) -> Vec<String> {
        match details.read() {
            Err(Error::Fields(errors)) => errors.iter().map(|(field, _)| field.to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_text_and_its_fields_are_the_same() {
        let details = BankDetails {
            holder: "Northlight GmbH".into(),
            bank: "Quay Bank".into(),
            iban: "de89370400440532013000".into(),
            bic: "cobadeffxxx".into(),
            other: " Sort code: 12-34-56 \n".into(),
            ..BankDetails::default()
        };
        let read = details.read().unwrap();
        let text = read.text();
        assert_eq!(
            text,
            "Account name: Northlight GmbH\nBank: Quay Bank\nIBAN: DE89 3704 0044 0532 0130 00\nBIC: COBADEFFXXX\n\
             Sort code: 12-34-56"
        );
        assert_eq!(BankDetails::from_text(&text), read);
        let old = BankDetails::from_text("Quay Bank\nROUTING: 123\niban: X\nIBAN: Y");
        assert_eq!(
            (old.routing.as_str(), old.iban.as_str(), old.other.as_str()),
            ("123", "X", "Quay Bank\nIBAN: Y")
        );
    }

    #[test]
    fn slips_are_found_before_a_client_pays_elsewhere() {
        let holder = || BankDetails { holder: "N".into(), ..BankDetails::default() };
        assert_eq!(errors(BankDetails { iban: "DE89 3704 0044 0532 0130 01".into(), ..holder() }), ["iban"]);
        assert_eq!(errors(BankDetails { bic: "COBA".into(), ..holder() }), ["bic"]);
        assert_eq!(
            errors(BankDetails { routing: "021000022".into(), account: "1".into(), ..holder() }),
            ["routing"]
        );
        assert!(
            errors(BankDetails { routing: "021000021".into(), account: "1".into(), ..holder() }).is_empty()
        );
        assert_eq!(errors(BankDetails { account: "1".into(), ..BankDetails::default() }), ["holder"]);
        assert!(errors(BankDetails::default()).is_empty());
    }
}
