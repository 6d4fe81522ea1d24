use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::colour::{self, Theme};
use crate::{
    FieldErrors, Result,
    billing::Sender,
    calendar::{self, Calendar, Opening},
    format::Locale,
    money::Currency,
    names,
};

/// Days of a week as the form's fields name them, Monday first.
pub const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What an operator decides about the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceSettings {
    pub name: String,
    pub tagline: String,
    pub promise: String,
    /// What new offers are priced in.
    pub currency: Currency,
    /// Holds the workspace's zone as well.
    pub calendar: Calendar,
    /// How dates, times and numbers are written; none: as is usual in the zone.
    pub locale: Option<Locale>,
    /// Own accent colours as `#rrggbb`, both or none.
    pub line: Option<(String, String)>,
    /// Markdown.
    pub terms: String,
    /// Printed on every invoice.
    pub sender: Sender,
}

/// A weekday as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayForm {
    pub open: bool,
    /// Times of day; both empty for the whole day.
    pub from: String,
    pub to: String,
}

/// The form of the settings as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsForm {
    pub name: String,
    pub tagline: String,
    pub promise: String,
    pub zone: String,
    /// A locale's code; empty for the usual one in the zone.
    pub locale: String,
    pub currency: String,
    pub days: [DayForm; 7],
    /// Dates, one a line: `2026-12-25`, or as the locale has them.
    pub holidays: String,
    pub line_light: String,
    pub line_dark: String,
    pub terms: String,
    pub sender: Sender,
}

impl SettingsForm {
    /// The settings that were meant.
    ///
    /// # Errors
    /// All that is to mend, each at its field.
    pub fn read(&self) -> Result<WorkspaceSettings> {
        let mut errors = FieldErrors::new();
        let [name, tagline, promise, terms] = self.words(&mut errors);
        let sender = self.sender.clone().read(&mut errors);
        if !sender.is_empty() && sender.country.is_empty() {
            errors.add("bill_country", "Choose the country your invoices come from.");
        }
        let currency = self.currency.parse().unwrap_or_else(|error| {
            errors.add("currency", format!("{error}"));
            Currency::USD
        });
        let locale = Some(self.locale.trim()).filter(|code| !code.is_empty());
        if locale.is_some_and(|code| Locale::parse(code).is_none()) {
            errors.add("locale", "Choose a format from the list.");
        }
        let calendar = self.calendar(&mut errors);
        let line = self.line(&mut errors);
        errors.check()?;
        let calendar =
            calendar.ok_or_else(|| crate::Error::Broken("a calendar without an error".to_owned()))?;
        let locale = locale.and_then(Locale::parse);
        Ok(WorkspaceSettings { name, tagline, promise, currency, calendar, locale, line, terms, sender })
    }

    fn words(&self, errors: &mut FieldErrors) -> [String; 4] {
        let name =
            names::read(errors, "name", &self.name, 80, "Enter your business name as clients know it.");
        let mut text = |field: &str, typed: &str, most: usize| {
            let text = typed.trim().replace("\r\n", "\n");
            if text.chars().count() > most {
                errors.add(field, format!("Keep this under {most} characters."));
            }
            text
        };
        [
            name,
            text("tagline", &self.tagline, 120),
            text("promise", &self.promise, 400),
            text("terms", &self.terms, 50_000),
        ]
    }

    fn calendar(&self, errors: &mut FieldErrors) -> Option<Calendar> {
        let zone = calendar::zone(&self.zone).map_err(|error| errors.add("zone", error.to_string())).ok();
        let mut days = [None; 7];
        for (i, day) in self.days.iter().enumerate().filter(|(_, day)| day.open) {
            match day.opening() {
                Ok(opening) => days[i] = Some(opening),
                Err(error) => {
                    errors.add(&format!("{}-from", DAYS[i]), error.to_string());
                    // Stands in, so that a slip in its hours is not told as a week without a working day.
                    days[i] = Some(Opening::WHOLE_DAY);
                }
            }
        }
        let holidays =
            self.holidays(Locale::of(Some(self.locale.trim()), zone.unwrap_or(chrono_tz::Tz::UTC)), errors);
        Calendar::new(zone?, days, holidays).map_err(|error| errors.add("days", error.to_string())).ok()
    }

    fn holidays(&self, locale: Locale, errors: &mut FieldErrors) -> BTreeSet<NaiveDate> {
        let mut holidays = BTreeSet::new();
        for line in self.holidays.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let Some(date) = locale.read_date(line) else {
                let shown: String = line.chars().take(40).collect();
                errors.add(
                    "holidays",
                    format!("“{shown}” isn’t a date. Use a format like {}.", locale.typed_date()),
                );
                break;
            };
            holidays.insert(date);
        }
        holidays
    }

    fn line(&self, errors: &mut FieldErrors) -> Option<(String, String)> {
        let (light, dark) =
            (self.line_light.trim().to_ascii_lowercase(), self.line_dark.trim().to_ascii_lowercase());
        match (light.is_empty(), dark.is_empty()) {
            (true, true) => return None,
            (true, false) => {
                errors.add("line_light", "Choose a light mode color too, or clear the dark mode one.")
            }
            (false, true) => {
                errors.add("line_dark", "Choose a dark mode color too, or clear the light mode one.")
            }
            (false, false) => {
                for (field, colour, theme) in
                    [("line_light", &light, Theme::Light), ("line_dark", &dark, Theme::Dark)]
                {
                    if let Err(advice) = colour::check(colour, theme) {
                        errors.add(field, advice);
                    }
                }
            }
        }
        Some((light, dark))
    }
}

impl DayForm {
    fn opening(&self) -> Result<Opening, calendar::CalendarError> {
        match (self.from.trim(), self.to.trim()) {
            ("", "") => Ok(Opening::WHOLE_DAY),
            (from, "") => Opening::new(from, "24:00"),
            ("", to) => Opening::new("00:00", to),
            (from, to) => Opening::new(from, to),
        }
    }
}

impl From<&WorkspaceSettings> for SettingsForm {
    /// What the form starts with.
    fn from(settings: &WorkspaceSettings) -> Self {
        let locale = Locale::of(settings.locale.map(Locale::code), settings.calendar.zone());
        let days = settings.calendar.days().map(|opening| match opening {
            None => DayForm::default(),
            Some(Opening::WHOLE_DAY) => DayForm { open: true, ..DayForm::default() },
            Some(hours) => DayForm {
                open: true,
                from: locale.clock(hours.from_minute()),
                to: locale.clock(hours.to_minute()),
            },
        });
        let holidays: Vec<String> = settings.calendar.holidays().iter().map(NaiveDate::to_string).collect();
        let (line_light, line_dark) = settings.line.clone().unwrap_or_default();
        Self {
            name: settings.name.clone(),
            tagline: settings.tagline.clone(),
            promise: settings.promise.clone(),
            zone: settings.calendar.zone().name().to_owned(),
            locale: settings.locale.map(Locale::code).unwrap_or_default().to_owned(),
            currency: settings.currency.code().to_owned(),
            days,
            holidays: holidays.join("\n"),
            line_light,
            line_dark,
            terms: settings.terms.clone(),
            sender: settings.sender.clone(),
        }
    }
}
