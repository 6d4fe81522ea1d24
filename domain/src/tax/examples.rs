use super::{
    Assessment, Buyer, BuyerKind, Seller, TaxRate, TaxSettings, TaxableLine, assess,
    numbers::{EU, example, is_eu},
};
use crate::{billing::countries, money::MoneyError};

/// What somebody would be billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// `A business in France, with a VAT number`.
    pub who: String,
    pub tax: Assessment,
}

/// An amount billed to those whom tax tells apart, by the rates and settings given.
///
/// # Errors
/// [`MoneyError::TooLarge`].
pub fn examples(
    minor: i64,
    country: &str,
    settings: &TaxSettings,
    rates: &[TaxRate],
) -> Result<Vec<Example>, MoneyError> {
    let lines = [TaxableLine { minor, kind: settings.sold }];
    let seller = Seller { country, settings };
    let mut buyers = vec![(country, "", BuyerKind::Business, ""), (country, "", BuyerKind::Private, "")];
    if is_eu(country) {
        let other = if country == "FR" { "DE" } else { "FR" };
        buyers.push((other, "", BuyerKind::Business, example(other).unwrap_or_default()));
        buyers.push((other, "", BuyerKind::Private, ""));
    }
    // Everywhere else that a rate is kept for.
    for rate in rates.iter().filter(|rate| rate.country != country || !rate.region.is_empty()) {
        let buyer = (rate.country.as_str(), rate.region.as_str(), BuyerKind::Business, "");
        let is_neighbor = is_eu(country) && EU.contains(&buyer.0);
        if !is_neighbor && !buyers.contains(&buyer) {
            buyers.push(buyer);
        }
    }
    let far = ["US", "GB", "AU"].into_iter().find(|far| buyers.iter().all(|(country, ..)| country != far));
    buyers.extend(far.map(|far| (far, "", BuyerKind::Business, "")));
    buyers.truncate(8);
    buyers
        .into_iter()
        .filter(|(country, ..)| !country.is_empty())
        .map(|(country, region, kind, tax_number)| {
            let tax =
                assess(&lines, seller, Buyer { country, region, kind, tax_number }, rates, settings.mode)?;
            Ok(Example { who: who(country, region, kind, tax_number), tax })
        })
        .collect()
}

fn who(country: &str, region: &str, kind: BuyerKind, tax_number: &str) -> String {
    let kind = match kind {
        BuyerKind::Business => "A business",
        BuyerKind::Private => "A private person",
    };
    let place = countries::name(country).unwrap_or(country);
    let region = if region.is_empty() { String::new() } else { format!("{region}, ") };
    let number = if tax_number.is_empty() { "" } else { ", with a VAT number" };
    format!("{kind} in {region}{place}{number}")
}
