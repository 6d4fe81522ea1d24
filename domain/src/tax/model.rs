use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::TaxRateId;

/// Whether prices hold the tax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxMode {
    /// It comes on top.
    #[default]
    Without,
    /// It is in them: who is taxed less pays the same.
    With,
}

/// What kind of rate holds for what is sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateKind {
    #[default]
    Standard,
    Reduced,
    Zero,
}

/// Whether a client buys as a business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuyerKind {
    #[default]
    Business,
    Private,
}

impl RateKind {
    pub const ALL: [Self; 3] = [Self::Standard, Self::Reduced, Self::Zero];

    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Reduced => "reduced",
            Self::Zero => "zero",
        }
    }

    /// The kind of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Its name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Reduced => "Reduced",
            Self::Zero => "Zero",
        }
    }
}

impl BuyerKind {
    /// The word in a form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Private => "private",
        }
    }

    /// The kind of that word; a business for any other.
    pub fn parse(word: &str) -> Self {
        if word == "private" { Self::Private } else { Self::Business }
    }
}

/// A rate that the operator keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRate {
    pub id: TaxRateId,
    /// ISO 3166 code.
    pub country: String,
    /// A state or province; empty for the whole country.
    pub region: String,
    pub kind: RateKind,
    /// What invoices call it: `VAT`, `Sales tax`.
    pub name: String,
    /// Thousandths of a per cent, so that 8.875% is one: 19% is 19,000.
    pub rate: u32,
}

impl TaxRate {
    /// `VAT 19%`
    pub fn words(&self) -> String {
        format!("{} {}", self.name, percent_words(self.rate))
    }
}

/// `19%`, `8.875%`, of thousandths of a per cent.
pub fn percent_words(rate: u32) -> String {
    let (whole, rest) = (rate / 1_000, rate % 1_000);
    if rest == 0 {
        return format!("{whole}%");
    }
    format!("{whole}.{}%", format!("{rest:03}").trim_end_matches('0'))
}

/// Thousandths of a per cent of `19`, `8.875`, `7,7 %`; none for what is no rate from 0 to 100.
pub fn read_percent(typed: &str) -> Option<u32> {
    let typed = typed.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let (whole, rest) = typed.split_once('.').unwrap_or((&typed, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(rest) || rest.len() > 3 || whole.len() > 3 {
        return None;
    }
    let rate = whole.parse::<u32>().ok()? * 1_000 + format!("{rest:0<3}").parse::<u32>().ok()?;
    (rate <= 100_000).then_some(rate)
}

/// A rate as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateForm {
    pub country: String,
    pub region: String,
    pub kind: String,
    pub name: String,
    pub percent: String,
}

/// What a workspace decides about tax.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaxSettings {
    pub mode: TaxMode,
    /// Which of a country's rates holds for what is sold.
    pub sold: RateKind,
    /// It charges no tax because it is small, where its law has that.
    pub is_small_business: bool,
    /// Why, in words on each invoice; empty: [`TaxSettings::SMALL_WORDS`].
    pub small_business_words: String,
    /// What stands on an invoice whose tax the client owes; empty: [`TaxSettings::REVERSE_WORDS`].
    pub reverse_charge_words: String,
}

impl TaxSettings {
    pub const SMALL_WORDS: &str = "No tax is charged: the seller is a small business.";
    /// The words that Article 226 (11a) of the VAT Directive asks for, and what they mean.
    pub const REVERSE_WORDS: &str = "Reverse charge: the customer is liable for the VAT.";

    /// Why a small business charges no tax.
    pub fn small_words(&self) -> &str {
        if self.small_business_words.is_empty() { Self::SMALL_WORDS } else { &self.small_business_words }
    }

    /// Who owes the tax.
    pub fn reverse_words(&self) -> &str {
        if self.reverse_charge_words.is_empty() { Self::REVERSE_WORDS } else { &self.reverse_charge_words }
    }
}

/// The settings as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaxSettingsForm {
    /// `with` or `without`.
    pub mode: String,
    pub sold: String,
    pub is_small_business: bool,
    pub small_business_words: String,
    pub reverse_charge_words: String,
}

/// Who sells, as tax sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seller<'a> {
    /// ISO 3166 code; empty where it was never said.
    pub country: &'a str,
    pub settings: &'a TaxSettings,
}

/// Who buys, as tax sees them.
#[derive(Clone, Copy, Debug)]
pub struct Buyer<'a> {
    pub country: &'a str,
    pub region: &'a str,
    pub kind: BuyerKind,
    pub tax_number: &'a str,
}

/// A tax number that somebody looked up in a register by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandCheck {
    /// What was looked up: another number was not.
    pub number: String,
    pub at: DateTime<Utc>,
    /// The name of who did.
    pub by: String,
}
