//! Who bills and who is billed, as the law wants them on an invoice.

use serde::{Deserialize, Serialize};

use super::countries;
use crate::{
    FieldErrors,
    tax::{BuyerKind, numbers},
};

const LONGEST_LINE: usize = 120;
const LONGEST_TEXT: usize = 600;
const MOST_LINES: usize = 10;

/// Who sends a workspace's invoices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sender {
    pub name: String,
    /// Street and city, in lines.
    pub address: String,
    /// ISO 3166 code; empty where it was never said.
    pub country: String,
    pub tax_number: String,
    /// Where to pay to, in lines.
    pub bank: String,
    /// Words on tax that every invoice carries, such as why none is charged.
    pub tax_note: String,
}

/// Who a client's invoices go to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recipient {
    pub name: String,
    pub address: String,
    /// State or province, where tax goes by it.
    pub region: String,
    pub country: String,
    pub kind: BuyerKind,
    /// As it is printed; of a business it has the form that its country's have, where that is known.
    pub tax_number: String,
}

/// Something that an invoice has to say and cannot yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingDetail {
    SenderAddress,
    SenderCountry,
    SenderTaxNumber,
    SenderTaxNote,
    RecipientAddress,
    /// Without it nobody knows which tax holds.
    RecipientCountry,
}

impl MissingDetail {
    /// What is missing.
    pub fn words(self) -> &'static str {
        match self {
            Self::SenderAddress => "your address is missing",
            Self::SenderCountry => "your country is missing",
            Self::SenderTaxNumber => "your tax number is missing",
            Self::SenderTaxNote => "the note on tax is missing",
            Self::RecipientAddress => "the client’s address is missing",
            Self::RecipientCountry => "the client’s country is missing",
        }
    }

    /// Whether the workspace's settings mend it; the client's details do otherwise.
    pub fn is_senders(self) -> bool {
        !matches!(self, Self::RecipientAddress | Self::RecipientCountry)
    }
}

/// All that is missing, in a sentence.
pub fn lacking(lacks: &[MissingDetail]) -> String {
    let words: Vec<&str> = lacks.iter().map(|lack| lack.words()).collect();
    let sentence = words.join(", ");
    let mut letters = sentence.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

impl Sender {
    /// What was typed, put in order; what is wrong with it at `bill_name`, `bill_address` and so on.
    pub fn read(self, errors: &mut FieldErrors) -> Self {
        Self {
            name: line(errors, "bill_name", &self.name),
            address: lines(errors, "bill_address", &self.address),
            country: country(errors, &self.country),
            tax_number: line(errors, "bill_tax_number", &self.tax_number),
            bank: lines(errors, "bill_bank", &self.bank),
            tax_note: lines(errors, "bill_tax_note", &self.tax_note),
        }
    }

    /// Whether anything was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// As invoices print it; `business` where no other name is given.
    pub fn printed(&self, business: &str) -> String {
        let name = if self.name.is_empty() { business } else { &self.name };
        printed(name, &self.address, &self.country, &self.tax_number, &self.bank)
    }

    /// The sender of a workspace that has said it in one text so far: the first line is the name.
    pub(crate) fn from_text(text: &str) -> Self {
        let (name, address) = split(text);
        Self { name, address, ..Self::default() }
    }

    /// What the law of its country wants of it and is not there. A sender from before countries were asked for is
    /// taken as it is.
    pub(crate) fn lacks(&self, is_text: bool) -> Vec<MissingDetail> {
        let taxed = countries::names_tax(&self.country);
        let all = [
            (self.address.is_empty(), MissingDetail::SenderAddress),
            (self.country.is_empty() && !is_text, MissingDetail::SenderCountry),
            (taxed && self.tax_number.is_empty(), MissingDetail::SenderTaxNumber),
            (taxed && self.tax_note.is_empty(), MissingDetail::SenderTaxNote),
        ];
        all.into_iter().filter_map(|(is_missing, lack)| is_missing.then_some(lack)).collect()
    }
}

impl Recipient {
    /// What was typed, put in order; what is wrong with it at `bill_name`, `bill_address` and so on.
    pub fn read(self, errors: &mut FieldErrors) -> Self {
        let country = country(errors, &self.country);
        let tax_number = line(errors, "bill_tax_number", &self.tax_number);
        let checked = match self.kind {
            BuyerKind::Business if !tax_number.is_empty() => numbers::read(&country, &tax_number),
            BuyerKind::Business | BuyerKind::Private => Ok(tax_number),
        };
        let tax_number = checked.unwrap_or_else(|advice| {
            errors.add("bill_tax_number", advice);
            String::new()
        });
        Self {
            name: line(errors, "bill_name", &self.name),
            address: lines(errors, "bill_address", &self.address),
            region: line(errors, "bill_region", &self.region),
            country,
            kind: self.kind,
            tax_number,
        }
    }

    /// Asks for what an invoice has to say of whoever pays it.
    pub fn wanted(&self, errors: &mut FieldErrors) {
        if self.address.is_empty() {
            errors.add("bill_address", "Write the address your invoices go to.");
        }
        if self.country.is_empty() {
            errors.add("bill_country", "Choose your country.");
        }
    }

    /// As invoices print it; `client` where no other name is given.
    pub fn printed(&self, client: &str) -> String {
        let name = if self.name.is_empty() { client } else { &self.name };
        // Whoever wrote the state into the address needs no second one.
        let place = if self.region.is_empty() || self.address.contains(&self.region) {
            self.address.clone()
        } else {
            format!("{}\n{}", self.address, self.region)
        };
        printed(name, &place, &self.country, &self.tax_number, "")
    }

    /// The recipient of a client that was written as one text: the first line is the name. Mail addresses and people's
    /// names are no address; one has a number in it somewhere.
    pub(crate) fn from_text(text: &str) -> Self {
        let (name, rest) = split(text);
        let kept: Vec<&str> = rest.lines().filter(|line| !line.contains('@')).collect();
        let address = kept.join("\n");
        let is_address = address.chars().any(|c| c.is_ascii_digit());
        Self { name, address: if is_address { address } else { String::new() }, ..Self::default() }
    }

    pub(crate) fn lacks(&self) -> Vec<MissingDetail> {
        if self.address.is_empty() { vec![MissingDetail::RecipientAddress] } else { Vec::new() }
    }
}

/// The first line, or what stands before the first comma of a single one, and the rest.
fn split(text: &str) -> (String, String) {
    let text = text.trim();
    let found = text.split_once('\n').or_else(|| text.split_once(", ")).unwrap_or((text, ""));
    (found.0.trim().to_owned(), found.1.trim().to_owned())
}

fn printed(name: &str, address: &str, country: &str, tax_number: &str, bank: &str) -> String {
    let tax = if tax_number.is_empty() { String::new() } else { format!("Tax number: {tax_number}") };
    let parts = [name, address, countries::name(country).unwrap_or_default(), &tax, bank];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn line(errors: &mut FieldErrors, field: &str, typed: &str) -> String {
    let line = typed.replace('\0', "").split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > LONGEST_LINE {
        errors.add(field, format!("Shorten this to {LONGEST_LINE} characters."));
    }
    line
}

fn lines(errors: &mut FieldErrors, field: &str, typed: &str) -> String {
    let typed = typed.replace('\0', "");
    let lines: Vec<&str> = typed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.len() > MOST_LINES {
        errors.add(field, format!("Use {MOST_LINES} lines or fewer."));
    }
    let text = lines.join("\n");
    if text.chars().count() > LONGEST_TEXT {
        errors.add(field, format!("Shorten this to {LONGEST_TEXT} characters."));
    }
    text
}

fn country(errors: &mut FieldErrors, typed: &str) -> String {
    let code = typed.trim().to_ascii_uppercase();
    if !code.is_empty() && countries::name(&code).is_none() {
        errors.add("bill_country", "Choose a country from the list.");
        return String::new();
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_lacks_what_its_country_asks_for() {
        let mut sender = Sender { name: "Northlight".into(), ..Sender::default() };
        assert_eq!(sender.lacks(false), [MissingDetail::SenderAddress, MissingDetail::SenderCountry]);
        sender.address = "1 Quay Street".into();
        sender.country = "US".into();
        assert_eq!(sender.lacks(false), []);
        sender.country = "DE".into();
        assert_eq!(sender.lacks(false), [MissingDetail::SenderTaxNumber, MissingDetail::SenderTaxNote]);
        assert_eq!(lacking(&sender.lacks(false)), "Your tax number is missing, the note on tax is missing");
        assert_eq!(Sender::from_text("Northlight\n1 Quay Street").lacks(true), []);
        assert_eq!(Sender::from_text("Northlight, 1 Quay Street").lacks(true), []);
        assert_eq!(Sender::from_text("Northlight").lacks(true), [MissingDetail::SenderAddress]);
    }

    #[test]
    fn a_name_and_a_mail_address_are_no_address() {
        assert_eq!(
            Recipient::from_text("Harbor\nRosa Klein\nrosa7@harbor.test").lacks(),
            [MissingDetail::RecipientAddress]
        );
        assert_eq!(Recipient::from_text("Harbor").lacks(), [MissingDetail::RecipientAddress]);
        assert_eq!(Recipient::from_text("Harbor\n2 Quay Street\nPortland").lacks(), []);
    }

    #[test]
    fn they_are_printed_as_they_stand() {
        let recipient = Recipient {
            address: "2 Quay Street\nPortland, OR 97201".into(),
            country: "US".into(),
            tax_number: "12-3456789".into(),
            ..Recipient::default()
        };
        assert_eq!(
            recipient.printed("Harbor"),
            "Harbor\n2 Quay Street\nPortland, OR 97201\nUnited States\nTax number: 12-3456789"
        );
    }
}
