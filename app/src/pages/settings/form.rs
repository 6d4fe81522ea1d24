//! The settings between the page and the domain.

use domain::workspaces::{DAYS, DayForm, SettingsForm, default_texts};

use crate::{pages::billing::party, web::Fields};

/// What was typed.
pub fn read_form(fields: &Fields) -> SettingsForm {
    let text = |name: &str| fields.text(name).to_owned();
    let days = DAYS.map(|day| DayForm {
        open: fields.has(day),
        from: text(&format!("{day}-from")),
        to: text(&format!("{day}-to")),
    });
    SettingsForm {
        name: text("name"),
        tagline: text("tagline"),
        promise: text("promise"),
        zone: text("zone"),
        locale: text("locale"),
        currency: text("currency"),
        days,
        holidays: text("holidays"),
        line_light: text("line_light"),
        line_dark: text("line_dark"),
        terms: text("terms"),
        sender: party::typed_sender(fields),
    }
}

/// Puts the text that a new workspace begins with into the field that is named; whether there is such a text.
pub fn restore(typed: &mut SettingsForm, field: &str) -> bool {
    let texts = default_texts(typed.name.trim());
    match field {
        "tagline" => typed.tagline = texts.tagline.to_owned(),
        "promise" => typed.promise = texts.promise.to_owned(),
        "terms" => typed.terms = texts.terms,
        _ => return false,
    }
    true
}

/// The fields that show what was typed.
pub fn fields(typed: &SettingsForm) -> Fields {
    let plain = [
        ("name", &typed.name),
        ("tagline", &typed.tagline),
        ("promise", &typed.promise),
        ("zone", &typed.zone),
        ("locale", &typed.locale),
        ("currency", &typed.currency),
        ("holidays", &typed.holidays),
        ("line_light", &typed.line_light),
        ("line_dark", &typed.line_dark),
        ("terms", &typed.terms),
    ];
    let mut fields =
        plain.into_iter().fold(Fields::default(), |fields, (name, value)| fields.with(name, value));
    for (name, day) in DAYS.iter().zip(&typed.days) {
        if day.open {
            fields = fields.with(name, "on");
        }
        fields = fields.with(&format!("{name}-from"), &day.from).with(&format!("{name}-to"), &day.to);
    }
    party::sender_fields(fields, &typed.sender)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_text_comes_back_and_the_rest_stays() {
        let mut typed = SettingsForm {
            name: "Northlight".into(),
            tagline: "Ours".into(),
            terms: "Old".into(),
            ..SettingsForm::default()
        };
        assert!(restore(&mut typed, "terms"));
        assert!(typed.terms.contains("Northlight works on your requests"), "{}", typed.terms);
        assert_eq!(typed.tagline, "Ours");
        assert!(restore(&mut typed, "tagline"));
        assert!(typed.tagline.starts_with("A digital employee"));
        let before = typed.clone();
        assert!(!restore(&mut typed, "") && !restore(&mut typed, "name"));
        assert_eq!(typed, before);
    }

    #[test]
    fn what_is_shown_is_what_was_typed() {
        let mut shown = SettingsForm {
            name: "Northlight".into(),
            holidays: "2026-12-25".into(),
            locale: "en-US".into(),
            ..SettingsForm::default()
        };
        shown.days[2] = DayForm { open: true, from: "09:00".into(), to: "17:00".into() };
        assert_eq!(read_form(&fields(&shown)), shown);
    }
}
