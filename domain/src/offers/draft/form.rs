use super::{FieldForm, OfferDraft, pricing::PricingForm, question::lines};
use crate::{
    FieldErrors, Result,
    money::{Currency, Money},
    offers::{Interval, Starts, Terms},
    readable,
};

/// An offer's form as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferForm {
    pub name: String,
    pub summary: String,
    pub vertical: String,
    /// One a line.
    pub points: String,
    pub price: String,
    pub interval: String,
    pub active_limit: String,
    pub cycle_hours: String,
    pub revisions: String,
    /// As many revisions as it takes, whatever stands in `revisions`.
    pub unlimited: bool,
    pub starts: String,
    pub pricing: PricingForm,
    pub intake: Vec<FieldForm>,
}

impl OfferForm {
    /// The offer that was meant, priced in `currency`.
    ///
    /// # Errors
    /// All that is to mend, each at its field.
    pub fn read(&self, currency: Currency) -> Result<OfferDraft> {
        let (draft, mut errors) = self.guess(currency);
        draft.collect(&mut errors);
        errors.check()?;
        Ok(draft)
    }

    /// The offer as far as it can be read, for a preview, and what could not be.
    pub fn guess(&self, currency: Currency) -> (OfferDraft, FieldErrors) {
        let mut errors = FieldErrors::new();
        let terms = self.terms(currency, &mut errors);
        let mut intake = Vec::with_capacity(self.intake.len());
        for field in &self.intake {
            let field = field.read(&intake);
            intake.push(field);
        }
        let draft = OfferDraft {
            name: readable::line(self.name.trim()),
            summary: self.summary.trim().to_owned(),
            vertical: self.vertical.trim().to_owned(),
            terms,
            points: lines(&self.points),
            intake,
        };
        (draft, errors)
    }

    fn terms(&self, currency: Currency, errors: &mut FieldErrors) -> Terms {
        let price = Money::parse(&self.price, currency).unwrap_or_else(|error| {
            errors.add("price", error.to_string());
            Money::zero(currency)
        });
        let mut number = |field: &str, typed: &str, otherwise: u32| {
            typed.trim().parse().unwrap_or_else(|_| {
                errors.add(field, "Enter a number, like 2.");
                otherwise
            })
        };
        let active_limit = number("active_limit", &self.active_limit, 1);
        let cycle_hours = number("cycle_hours", &self.cycle_hours, 48);
        let revisions = (!self.unlimited).then(|| number("revisions", &self.revisions, 0));
        let interval = self.interval.parse().unwrap_or_else(|_| {
            errors.add("interval", "Choose how often it is billed.");
            Interval::Month
        });
        let starts = self.starts.parse().unwrap_or_else(|_| {
            errors.add("starts", "Choose when work starts.");
            Starts::AtOnce
        });
        let pricing = self.pricing.read(currency, errors);
        Terms { price, interval, active_limit, cycle_hours, revisions, starts, pricing }
    }
}

impl From<&OfferDraft> for OfferForm {
    /// What the form of an existing offer starts with.
    fn from(draft: &OfferDraft) -> Self {
        let terms = &draft.terms;
        Self {
            name: draft.name.clone(),
            summary: draft.summary.clone(),
            vertical: draft.vertical.clone(),
            points: draft.points.join("\n"),
            price: amount(terms.price),
            interval: terms.interval.as_str().to_owned(),
            active_limit: terms.active_limit.to_string(),
            cycle_hours: terms.cycle_hours.to_string(),
            revisions: terms.revisions.map(|n| n.to_string()).unwrap_or_default(),
            unlimited: terms.revisions.is_none(),
            starts: terms.starts.as_str().to_owned(),
            pricing: PricingForm::of(terms),
            intake: draft
                .intake
                .iter()
                .map(|field| FieldForm {
                    key: field.key.clone(),
                    label: field.label.clone(),
                    hint: field.hint.clone(),
                    kind: field.kind.as_str().to_owned(),
                    options: field.options.join("\n"),
                    required: field.required,
                })
                .collect(),
        }
    }
}

/// An amount as one types it: `5,000`, `5,000.50`.
pub(super) fn amount(money: Money) -> String {
    let text = money.to_string();
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.to_owned()
}
