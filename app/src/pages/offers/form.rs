//! An offer's form between the page and the domain: the posted fields as [`OfferForm`], and back; and the buttons that change
//! the intake form without a script.

use domain::offers::{FieldForm, OfferForm, PricingForm};

use crate::web::Fields;

/// What a button of the form asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditorAction {
    Save,
    /// Show the page again with what was typed.
    Preview,
    AddQuestion,
    RemoveQuestion(usize),
    MoveUp(usize),
    MoveDown(usize),
}

impl EditorAction {
    /// Reads the pressed button; saving where it is none of them.
    pub fn read(fields: &Fields) -> Self {
        let (verb, place) = fields.text("do").split_once('-').unwrap_or((fields.text("do"), ""));
        let place = place.parse();
        match (verb, place) {
            ("preview", _) => Self::Preview,
            ("add", _) => Self::AddQuestion,
            ("remove", Ok(place)) => Self::RemoveQuestion(place),
            ("up", Ok(place)) => Self::MoveUp(place),
            ("down", Ok(place)) => Self::MoveDown(place),
            _ => Self::Save,
        }
    }

    /// Does it to the questions; a place that is not there changes nothing.
    pub fn apply(self, typed: &mut OfferForm) {
        let questions = &mut typed.intake;
        match self {
            Self::Save | Self::Preview => {}
            Self::AddQuestion => {
                questions.push(FieldForm { kind: "text".to_owned(), ..FieldForm::default() })
            }
            Self::RemoveQuestion(place) if place < questions.len() => {
                questions.remove(place);
            }
            Self::MoveUp(place) if (1..questions.len()).contains(&place) => questions.swap(place - 1, place),
            Self::MoveDown(place) if place + 1 < questions.len() => questions.swap(place, place + 1),
            Self::RemoveQuestion(_) | Self::MoveUp(_) | Self::MoveDown(_) => {}
        }
    }
}

/// More questions than a form may have are read as this many: the domain then says that they are too many.
const MOST: usize = 40;

/// What was typed.
pub fn read_form(fields: &Fields) -> OfferForm {
    let text = |name: &str| fields.text(name).to_owned();
    let part = |place: usize, part: &str| fields.text(&format!("field-{place}-{part}")).to_owned();
    let intake = (0..MOST)
        .take_while(|place| fields.has(&format!("field-{place}-label")))
        .map(|place| FieldForm {
            key: part(place, "key"),
            label: part(place, "label"),
            hint: part(place, "hint"),
            kind: part(place, "kind"),
            options: part(place, "options"),
            required: fields.has(&format!("field-{place}-required")),
        })
        .collect();
    OfferForm {
        name: text("name"),
        summary: text("summary"),
        vertical: text("vertical"),
        points: text("points"),
        price: text("price"),
        interval: text("interval"),
        active_limit: text("active_limit"),
        cycle_hours: text("cycle_hours"),
        revisions: text("revisions"),
        unlimited: fields.has("unlimited"),
        starts: text("starts"),
        pricing: PricingForm {
            first_price: text("first_price"),
            first_periods: text("first_periods"),
            setup_fee: text("setup_fee"),
            trial_days: text("trial_days"),
            trial_needs_card: fields.has("trial_needs_card"),
            year_price: text("year_price"),
        },
        intake,
    }
}

/// The fields that show what was typed.
pub fn fields(typed: &OfferForm) -> Fields {
    let plain = [
        ("name", &typed.name),
        ("summary", &typed.summary),
        ("vertical", &typed.vertical),
        ("points", &typed.points),
        ("price", &typed.price),
        ("interval", &typed.interval),
        ("active_limit", &typed.active_limit),
        ("cycle_hours", &typed.cycle_hours),
        ("revisions", &typed.revisions),
        ("starts", &typed.starts),
        ("first_price", &typed.pricing.first_price),
        ("first_periods", &typed.pricing.first_periods),
        ("setup_fee", &typed.pricing.setup_fee),
        ("trial_days", &typed.pricing.trial_days),
        ("year_price", &typed.pricing.year_price),
    ];
    let mut fields = Fields::default();
    for (name, value) in plain {
        fields = fields.with(name, value);
    }
    if typed.unlimited {
        fields = fields.with("unlimited", "on");
    }
    if typed.pricing.trial_needs_card {
        fields = fields.with("trial_needs_card", "on");
    }
    for (place, question) in typed.intake.iter().enumerate() {
        let name = |part: &str| format!("field-{place}-{part}");
        fields = fields
            .with(&name("key"), &question.key)
            .with(&name("label"), &question.label)
            .with(&name("hint"), &question.hint)
            .with(&name("kind"), &question.kind)
            .with(&name("options"), &question.options);
        if question.required {
            fields = fields.with(&name("required"), "on");
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(labels: &[&str]) -> OfferForm {
        let question = |label: &&str| FieldForm {
            label: (*label).to_owned(),
            kind: "long".into(),
            ..FieldForm::default()
        };
        OfferForm {
            name: "Two at a time".into(),
            unlimited: true,
            intake: labels.iter().map(question).collect(),
            ..OfferForm::default()
        }
    }

    fn labels(typed: &OfferForm) -> Vec<&str> {
        typed.intake.iter().map(|question| question.label.as_str()).collect()
    }

    #[test]
    fn what_is_shown_is_what_was_typed() {
        let mut shown = labelled(&["What do you do?", "Tone"]);
        shown.intake[1].required = true;
        shown.intake[1].options = "Plain\nFormal".into();
        assert_eq!(read_form(&fields(&shown)), shown);
    }

    #[test]
    fn buttons_change_the_questions_and_lose_nothing() {
        let mut shown = labelled(&["a", "b", "c"]);
        let press = |shown: &mut OfferForm, button: &str| {
            EditorAction::read(&Fields::default().with("do", button)).apply(shown);
        };
        press(&mut shown, "up-2");
        assert_eq!(labels(&shown), ["a", "c", "b"]);
        press(&mut shown, "down-0");
        assert_eq!(labels(&shown), ["c", "a", "b"]);
        press(&mut shown, "remove-1");
        press(&mut shown, "add");
        assert_eq!(labels(&shown), ["c", "b", ""]);
        for nowhere in ["up-0", "down-2", "remove-9", "up-99999999999999999999", "preview", "", "dance"] {
            press(&mut shown, nowhere);
        }
        assert_eq!(labels(&shown), ["c", "b", ""]);
        assert_eq!(EditorAction::read(&Fields::default()), EditorAction::Save);
    }
}
