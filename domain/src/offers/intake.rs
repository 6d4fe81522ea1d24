//! The questions that an offer asks at sign-up, and their answers.

use serde::{Deserialize, Serialize};

use crate::{FieldErrors, text_enum::text_enum};

text_enum! {
    /// How a question is answered.
    pub enum IntakeKind {
        /// A line.
        Text = "text",
        /// Several lines.
        Long = "long",
        /// One of the options.
        Choice = "choice",
        /// Any of the options.
        Choices = "choices",
        /// Yes or no.
        YesNo = "yes_no",
    }
}

impl IntakeKind {
    /// Its name in the editor.
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "Short text",
            Self::Long => "Long text",
            Self::Choice => "Single choice",
            Self::Choices => "Multiple choice",
            Self::YesNo => "Yes or no",
        }
    }

    /// Whether the question comes with options.
    pub fn has_options(self) -> bool {
        matches!(self, Self::Choice | Self::Choices)
    }

    /// The most characters of a written answer.
    pub fn longest(self) -> usize {
        match self {
            Self::Long => 5_000,
            _ => 300,
        }
    }
}

/// A question of an offer's intake form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeField {
    /// Names it within its offer, whatever becomes of the label.
    pub key: String,
    pub label: String,
    #[serde(default)]
    pub hint: String,
    pub kind: IntakeKind,
    #[serde(default)]
    pub options: Vec<String>,
    #[serde(default)]
    pub required: bool,
}

impl IntakeField {
    /// The name of its field in the form: `intake-<key>`.
    pub fn name(&self) -> String {
        format!("intake-{}", self.key)
    }
}

/// A question as it was asked, with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeAnswer {
    pub key: String,
    pub label: String,
    pub kind: IntakeKind,
    /// As a person reads it: several choices stand one a line; empty where nothing was answered.
    pub answer: String,
}

/// Reads the answers of a posted intake form: `answer` gives every value of a key.
///
/// # Errors
/// What to mend, at the field `intake-<key>` of each question.
pub fn check(
    fields: &[IntakeField],
    answer: impl Fn(&str) -> Vec<String>,
) -> Result<Vec<IntakeAnswer>, FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut answers = Vec::with_capacity(fields.len());
    for field in fields {
        match field.read(&answer(&field.key)) {
            Ok(answer) => answers.push(IntakeAnswer {
                key: field.key.clone(),
                label: field.label.clone(),
                kind: field.kind,
                answer,
            }),
            Err(advice) => errors.add(&field.name(), advice),
        }
    }
    if errors.is_empty() { Ok(answers) } else { Err(errors) }
}

impl IntakeField {
    fn read(&self, given: &[String]) -> Result<String, String> {
        let given: Vec<&str> =
            given.iter().map(|value| value.trim()).filter(|value| !value.is_empty()).collect();
        let Some(first) = given.first() else {
            return if self.required { Err(self.missing()) } else { Ok(String::new()) };
        };
        match self.kind {
            IntakeKind::Text | IntakeKind::Long => self.written(first),
            IntakeKind::Choice => self.chosen(&given[..1]),
            IntakeKind::Choices => self.chosen(&given),
            IntakeKind::YesNo => match *first {
                "yes" => Ok("Yes".to_owned()),
                "no" => Ok("No".to_owned()),
                _ => Err(format!("Answer yes or no for “{}”.", self.label)),
            },
        }
    }

    fn written(&self, text: &str) -> Result<String, String> {
        let most = self.kind.longest();
        if text.chars().count() > most {
            return Err(format!(
                "Your answer to “{}” is too long. The limit is {most} characters.",
                self.label
            ));
        }
        Ok(text.to_owned())
    }

    fn chosen(&self, given: &[&str]) -> Result<String, String> {
        if given.iter().any(|value| !self.options.iter().any(|option| option == value)) {
            return Err(format!("Choose an answer from the list for “{}”.", self.label));
        }
        let in_order: Vec<&str> =
            self.options.iter().map(String::as_str).filter(|option| given.contains(option)).collect();
        Ok(in_order.join("\n"))
    }

    fn missing(&self) -> String {
        match self.kind {
            IntakeKind::Text | IntakeKind::Long => format!("Please answer “{}”.", self.label),
            IntakeKind::Choice => format!("Choose one answer for “{}”.", self.label),
            IntakeKind::Choices => format!("Choose at least one for “{}”.", self.label),
            IntakeKind::YesNo => format!("Answer yes or no for “{}”.", self.label),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(key: &str, kind: IntakeKind, required: bool) -> IntakeField {
        let options = if kind.has_options() { vec!["Letters".into(), "E-mail".into()] } else { Vec::new() };
        IntakeField {
            key: key.into(),
            label: key.to_uppercase(),
            hint: String::new(),
            kind,
            options,
            required,
        }
    }

    fn answered(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Vec<String> + use<> {
        let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        move |key| pairs.iter().filter(|(k, _)| k == key).map(|(_, v)| v.clone()).collect()
    }

    #[test]
    fn answers_stand_as_they_were_asked() {
        let fields = IntakeKind::ALL.map(|kind| field(kind.as_str(), kind, true));
        let given = answered(&[
            ("text", "  Wills and estates "),
            ("long", "one\ntwo"),
            ("choice", "E-mail"),
            ("choices", "E-mail"),
            ("choices", "Letters"),
            ("yes_no", "no"),
        ]);
        let answers: Vec<String> = check(&fields, given).unwrap().into_iter().map(|a| a.answer).collect();
        assert_eq!(answers, ["Wills and estates", "one\ntwo", "E-mail", "Letters\nE-mail", "No"]);
    }

    #[test]
    fn what_is_missing_or_made_up_is_told_at_its_field() {
        let fields = IntakeKind::ALL.map(|kind| field(kind.as_str(), kind, true));
        let long = "x".repeat(301);
        let given = answered(&[
            ("text", long.as_str()),
            ("choice", "Fax"),
            ("choices", "Letters"),
            ("choices", "Fax"),
            ("yes_no", "maybe"),
        ]);
        let errors = check(&fields, given).unwrap_err();
        assert_eq!(
            errors.of("intake-text"),
            Some("Your answer to “TEXT” is too long. The limit is 300 characters.")
        );
        assert_eq!(errors.of("intake-long"), Some("Please answer “LONG”."));
        assert_eq!(errors.of("intake-choice"), Some("Choose an answer from the list for “CHOICE”."));
        assert_eq!(errors.of("intake-choices"), Some("Choose an answer from the list for “CHOICES”."));
        assert_eq!(errors.of("intake-yes_no"), Some("Answer yes or no for “YES_NO”."));
    }

    #[test]
    fn what_is_optional_may_stay_empty() {
        let fields = IntakeKind::ALL.map(|kind| field(kind.as_str(), kind, false));
        assert!(check(&fields, |_| Vec::new()).unwrap().iter().all(|answer| answer.answer.is_empty()));
    }
}
