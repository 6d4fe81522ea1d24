use serde::{Deserialize, Serialize};

use super::{Buyer, BuyerKind, RateKind, Seller, TaxMode, TaxRate, numbers::is_eu};
use crate::money::MoneyError;

/// A rate of 100%, in thousandths of a per cent.
const WHOLE: i128 = 100_000;

/// What is taxed: a line's amount in minor units, below zero for a credit, and what kind of rate holds for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxableLine {
    pub minor: i64,
    pub kind: RateKind,
}

/// Why the tax is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// The operator keeps no rates: nothing is said of tax.
    Unset,
    Charged,
    /// A business in another member state owes it itself.
    ReverseCharge,
    SmallBusiness,
    /// Whoever buys is where no rate is kept for.
    Outside,
}

impl Treatment {
    /// The word that invoices keep.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Charged => "charged",
            Self::ReverseCharge => "reverse_charge",
            Self::SmallBusiness => "small_business",
            Self::Outside => "outside",
        }
    }
}

/// What a line comes to. Minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineTax {
    /// Thousandths of a per cent.
    pub rate: u32,
    pub net: i64,
    pub tax: i64,
}

/// All lines of one rate. Minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateSum {
    /// What it is charged on.
    pub base: i64,
    /// Thousandths of a per cent.
    pub rate: u32,
    pub amount: i64,
    /// As it is printed: `VAT 19%`.
    pub word: String,
}

/// The tax of an invoice, as it is kept with it. Minor units of the invoice's currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    pub mode: TaxMode,
    pub treatment: Treatment,
    /// In the order of the invoice's lines.
    pub lines: Vec<LineTax>,
    /// Highest rate first; none where no rate holds.
    pub sums: Vec<RateSum>,
    pub net: i64,
    pub tax: i64,
    /// What is to be paid: `net` and `tax`.
    pub total: i64,
    /// What the invoice has to say about it, such as that the customer owes the tax.
    pub words: String,
}

/// The tax on lines, rounded line by line, halves away from zero, and summed by rate.
///
/// The rate is that of the buyer's country and region, or of the country, if the operator keeps one; within the European
/// Union otherwise that of the seller's. A business in another member state that gave its VAT number owes the tax itself. No tax
/// is charged elsewhere, and by a small business. Where prices hold the tax, a price stays what is paid also without any.
///
/// # Errors
/// [`MoneyError::TooLarge`].
pub fn assess(
    lines: &[TaxableLine],
    seller: Seller<'_>,
    buyer: Buyer<'_>,
    rates: &[TaxRate],
    mode: TaxMode,
) -> Result<Assessment, MoneyError> {
    let (treatment, place) = treatment(seller, buyer, rates);
    let words = match treatment {
        Treatment::ReverseCharge => seller.settings.reverse_words(),
        Treatment::SmallBusiness => seller.settings.small_words(),
        Treatment::Unset | Treatment::Charged | Treatment::Outside => "",
    };
    let mut all = Assessment {
        mode,
        treatment,
        lines: Vec::with_capacity(lines.len()),
        sums: Vec::new(),
        net: 0,
        tax: 0,
        total: 0,
        words: words.to_owned(),
    };
    for line in lines {
        let rate = place.and_then(|(country, region)| find(rates, country, region, line.kind));
        all.add(line.minor, rate)?;
    }
    all.sums.sort_by(|a, b| b.rate.cmp(&a.rate).then_with(|| a.word.cmp(&b.word)));
    Ok(all)
}

impl Assessment {
    fn add(&mut self, minor: i64, rate: Option<&TaxRate>) -> Result<(), MoneyError> {
        let percent = rate.map_or(0, |rate| rate.rate);
        let (net, tax) = split(minor, percent, self.mode)?;
        let plus = |sum: i64, more: i64| sum.checked_add(more).ok_or(MoneyError::TooLarge);
        self.net = plus(self.net, net)?;
        self.tax = plus(self.tax, tax)?;
        self.total = plus(self.net, self.tax)?;
        self.lines.push(LineTax { rate: percent, net, tax });
        // A line for which no rate is kept is named as well, where tax is charged at all.
        let word = match rate {
            Some(rate) => rate.words(),
            None if self.treatment == Treatment::Charged => "No tax".to_owned(),
            None => return Ok(()),
        };
        match self.sums.iter_mut().find(|sum| sum.word == word && sum.rate == percent) {
            Some(sum) => {
                sum.base = plus(sum.base, net)?;
                sum.amount = plus(sum.amount, tax)?;
            }
            None => self.sums.push(RateSum { base: net, rate: percent, amount: tax, word }),
        }
        Ok(())
    }

    /// What takes all of it back.
    #[must_use]
    pub fn negated(mut self) -> Self {
        for line in &mut self.lines {
            (line.net, line.tax) = (line.net.saturating_neg(), line.tax.saturating_neg());
        }
        for sum in &mut self.sums {
            (sum.base, sum.amount) = (sum.base.saturating_neg(), sum.amount.saturating_neg());
        }
        (self.net, self.tax) = (self.net.saturating_neg(), self.tax.saturating_neg());
        self.total = self.total.saturating_neg();
        self
    }

    /// Whether the invoice says anything about tax.
    pub fn has_treatment(&self) -> bool {
        self.treatment != Treatment::Unset
    }
}

/// Net and tax of an amount.
fn split(minor: i64, percent: u32, mode: TaxMode) -> Result<(i64, i64), MoneyError> {
    let (exact, rate) = (i128::from(minor), i128::from(percent));
    let narrow = |amount: i128| i64::try_from(amount).map_err(|_| MoneyError::TooLarge);
    Ok(match mode {
        TaxMode::Without => (minor, narrow(rounded(exact * rate, WHOLE))?),
        TaxMode::With => {
            let net = rounded(exact * WHOLE, WHOLE + rate);
            (narrow(net)?, narrow(exact - net)?)
        }
    })
}

/// To the nearest whole, halves away from zero, so that a credit comes to the same as what it takes back.
fn rounded(exact: i128, by: i128) -> i128 {
    (exact.abs() + by / 2) / by * exact.signum()
}

/// How it is taxed, and the country and region whose rates hold.
fn treatment<'a>(
    seller: Seller<'a>,
    buyer: Buyer<'a>,
    rates: &[TaxRate],
) -> (Treatment, Option<(&'a str, &'a str)>) {
    if seller.settings.is_small_business {
        return (Treatment::SmallBusiness, None);
    }
    if rates.is_empty() {
        return (Treatment::Unset, None);
    }
    let both_eu = is_eu(seller.country) && is_eu(buyer.country);
    let owes_itself = buyer.kind == BuyerKind::Business
        && !buyer.tax_number.is_empty()
        && numbers_hold(buyer)
        && seller.country != buyer.country;
    if both_eu && owes_itself {
        return (Treatment::ReverseCharge, None);
    }
    let kept = |country: &str| rates.iter().any(|rate| rate.country == country);
    let in_region = |region: &str| {
        rates.iter().any(|rate| {
            rate.country == buyer.country && (rate.region.is_empty() || same(&rate.region, region))
        })
    };
    if kept(buyer.country) && in_region(buyer.region) {
        (Treatment::Charged, Some((buyer.country, buyer.region)))
    } else if both_eu && kept(seller.country) {
        (Treatment::Charged, Some((seller.country, "")))
    } else {
        (Treatment::Outside, None)
    }
}

/// A number from before they were checked, or of another country, shifts no tax.
fn numbers_hold(buyer: Buyer<'_>) -> bool {
    super::numbers::read(buyer.country, buyer.tax_number).is_ok()
}

/// The region's rate before the country's; where no reduced one is kept, the standard one.
fn find<'a>(rates: &'a [TaxRate], country: &str, region: &str, kind: RateKind) -> Option<&'a TaxRate> {
    let of = |region: &str| {
        rates.iter().find(|rate| rate.country == country && rate.kind == kind && same(&rate.region, region))
    };
    let found = of(region).or_else(|| of(""));
    if found.is_none() && kind == RateKind::Reduced {
        return find(rates, country, region, RateKind::Standard);
    }
    found
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
