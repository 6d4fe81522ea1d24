//! The settings between the page and the domain.

use domain::workspaces::{DAYS, DayForm, SettingsForm};

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
