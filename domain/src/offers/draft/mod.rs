//! An offer as it is written: what was typed ([`OfferForm`]), and what may be kept ([`OfferDraft`]).

mod form;
mod pricing;
mod question;

pub use form::OfferForm;
pub use pricing::PricingForm;
pub use question::FieldForm;

use super::{IntakeField, Offer, Terms};
use crate::{FieldErrors, Result, names, readable, words};

/// How many questions one intake form asks: past this nobody answers them.
const MOST_QUESTIONS: usize = 30;
const MOST_POINTS: usize = 12;
const LONGEST_POINT: usize = 120;
/// In minor units; far above any price, far below what a sum of them cannot hold.
const HIGHEST_PRICE: i64 = 100_000_000_000;

/// Everything of an offer that an operator writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferDraft {
    pub name: String,
    pub summary: String,
    pub vertical: String,
    pub terms: Terms,
    pub points: Vec<String>,
    pub intake: Vec<IntakeField>,
}

impl From<&Offer> for OfferDraft {
    fn from(offer: &Offer) -> Self {
        Self {
            name: offer.name.clone(),
            summary: offer.summary.clone(),
            vertical: offer.vertical.clone(),
            terms: offer.terms.clone(),
            points: offer.points.clone(),
            intake: offer.intake.clone(),
        }
    }
}

impl OfferDraft {
    /// Whether it may be kept.
    ///
    /// # Errors
    /// What to mend, each at its field.
    pub fn check(&self) -> Result<()> {
        let mut errors = FieldErrors::new();
        self.collect(&mut errors);
        errors.check()
    }

    fn collect(&self, errors: &mut FieldErrors) {
        self.collect_words(errors);
        self.collect_terms(errors);
        if self.intake.len() > MOST_QUESTIONS {
            errors.add("intake", format!("You can ask up to {MOST_QUESTIONS} questions. Remove some."));
        }
        for (i, field) in self.intake.iter().enumerate() {
            question::collect(i, field, errors);
        }
        if let Some(twice) = question::twice(&self.intake) {
            errors.add(&format!("field-{twice}-label"), "This question appears twice. Remove one.");
        }
    }

    fn collect_words(&self, errors: &mut FieldErrors) {
        if readable::is_blank(&self.name) {
            errors.add("name", "Name the offer, like “Two at a time”.");
        } else if let Some(objection) = names::objection(&self.name) {
            // It stands in mails and on invoices.
            errors.add("name", objection);
        }
        at_most(errors, "name", "the name", &self.name, 80);
        at_most(errors, "summary", "the summary", &self.summary, 300);
        at_most(errors, "vertical", "who it’s for", &self.vertical, 60);
        if self.points.len() > MOST_POINTS {
            errors.add("points", format!("List up to {MOST_POINTS} items. Keep the strongest."));
        }
        if self.points.iter().any(|point| length(point) > LONGEST_POINT) {
            errors.add("points", format!("Keep each item under {LONGEST_POINT} characters."));
        }
    }

    fn collect_terms(&self, errors: &mut FieldErrors) {
        let terms = &self.terms;
        if !(0..=HIGHEST_PRICE).contains(&terms.price.minor) {
            errors.add("price", "Enter a price of 0 or more, under one billion.");
        }
        within(errors, "active_limit", terms.active_limit, 1, 20, "request");
        within(errors, "cycle_hours", terms.cycle_hours, 1, 720, "hour");
        pricing::collect(terms, errors);
        if let Some(revisions) = terms.revisions {
            within(errors, "revisions", revisions, 0, 99, "revision");
        }
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn at_most(errors: &mut FieldErrors, field: &str, what: &str, text: &str, most: usize) {
    if length(text) > most {
        errors.add(field, format!("Keep {what} under {most} characters."));
    }
}

fn within(errors: &mut FieldErrors, field: &str, value: u32, least: u32, most: u32, noun: &str) {
    if !(least..=most).contains(&value) {
        errors.add(field, format!("Enter a number from {least} to {}.", words::count(most.into(), noun)));
    }
}

#[cfg(test)]
mod tests;
