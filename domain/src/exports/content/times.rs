//! Times as the texts say them, and as JSON has them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use crate::format::{Format, zone_name};

/// The locale, the zone of who asked, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) format: Format,
    pub(super) now: DateTime<Utc>,
}

impl Times {
    /// `Nov 23, 2026, 9:12 AM` or `23 November 2026, 09:12`; `ms`: milliseconds since 1970, UTC.
    pub(super) fn words(&self, ms: i64) -> String {
        DateTime::from_timestamp_millis(ms).map(|at| self.at(at)).unwrap_or_default()
    }

    /// The same of an instant.
    pub(super) fn at(&self, at: DateTime<Utc>) -> String {
        self.format.in_full(at)
    }

    /// `Times are in Berlin time.`
    pub(super) fn note(&self) -> String {
        format!("Times are in {}.", zone_name(self.format.zone))
    }
}

/// An instant for a program.
pub(super) fn iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The same from milliseconds since 1970, UTC.
pub(super) fn iso_ms(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms)
        .map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
        .unwrap_or_default()
}

/// Turns the session's times, which are milliseconds, into instants for a program.
pub(super) fn with_instants(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                match value.as_i64() {
                    Some(ms) if matches!(name.as_str(), "at" | "expires" | "deleted") => {
                        *value = iso_ms(ms).into()
                    }
                    _ => with_instants(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(with_instants),
        _ => {}
    }
}
