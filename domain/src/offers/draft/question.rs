use super::{at_most, length};
use crate::{
    FieldErrors,
    offers::{IntakeField, IntakeKind},
    readable,
};

const MOST_OPTIONS: usize = 30;
const LONGEST_OPTION: usize = 100;
const LONGEST_KEY: usize = 40;

/// A question of the intake form as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldForm {
    /// Empty for a new question: it gets one from its label.
    pub key: String,
    pub label: String,
    pub hint: String,
    /// A word of [`IntakeKind`]; anything else is read as a line of text.
    pub kind: String,
    /// One a line.
    pub options: String,
    pub required: bool,
}

impl FieldForm {
    /// The question, with a key that none of `taken` has.
    pub(super) fn read(&self, taken: &[IntakeField]) -> IntakeField {
        let kind = self.kind.parse().unwrap_or(IntakeKind::Text);
        let options = if kind.has_options() { lines(&self.options) } else { Vec::new() };
        IntakeField {
            key: free(&self.key, &self.label, taken),
            label: self.label.trim().to_owned(),
            hint: self.hint.trim().to_owned(),
            kind,
            options,
            required: self.required,
        }
    }
}

/// The lines of a text that hold something, trimmed.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn free(key: &str, label: &str, taken: &[IntakeField]) -> String {
    let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let wanted: String = if key.is_empty() || !key.chars().all(is_key) {
        let plain = label.to_ascii_lowercase();
        let words: Vec<&str> = plain.split(|c| !is_key(c)).filter(|word| !word.is_empty()).collect();
        words.join("_")
    } else {
        key.to_owned()
    };
    let wanted: String = wanted.chars().take(LONGEST_KEY).collect();
    let wanted = if wanted.is_empty() { "question".to_owned() } else { wanted };
    let is_free = |key: &str| taken.iter().all(|field| field.key != key);
    std::iter::once(wanted.clone())
        .chain((2_u32..).map(|n| format!("{wanted}_{n}")))
        .find(|key| is_free(key))
        .unwrap_or(wanted)
}

/// What to mend about the question at `place`, from 0.
pub(super) fn collect(place: usize, field: &IntakeField, errors: &mut FieldErrors) {
    let at = |part: &str| format!("field-{place}-{part}");
    let number = place + 1;
    if readable::is_blank(&field.label) {
        errors.add(&at("label"), format!("Fill in question {number} or remove it."));
    }
    at_most(errors, &at("label"), &format!("question {number}"), &field.label, 200);
    at_most(errors, &at("hint"), &format!("the hint of question {number}"), &field.hint, 300);
    if field.kind.has_options() {
        collect_options(&at("options"), number, &field.options, errors);
    }
}

fn collect_options(at: &str, number: usize, options: &[String], errors: &mut FieldErrors) {
    let repeated = options.iter().enumerate().any(|(i, option)| options[..i].contains(option));
    if options.len() < 2 {
        errors.add(at, format!("Give question {number} at least two choices, one per line."));
    } else if options.len() > MOST_OPTIONS {
        errors.add(at, format!("Question {number} can have up to {MOST_OPTIONS} choices."));
    } else if repeated {
        errors.add(at, format!("Question {number} lists the same choice twice. Remove one."));
    } else if options.iter().any(|option| length(option) > LONGEST_OPTION) {
        errors.add(at, format!("Keep each choice in question {number} under {LONGEST_OPTION} characters."));
    }
}

/// The first question whose key an earlier one has: its answers would land in the other's place.
pub(super) fn twice(fields: &[IntakeField]) -> Option<usize> {
    (1..fields.len()).find(|&i| fields[..i].iter().any(|earlier| earlier.key == fields[i].key))
}
