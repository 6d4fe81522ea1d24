//! Times as their reader says them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::format::{ClockOffsets, Format, Locale};
use leptos::prelude::*;

use crate::web::Cx;

/// The workspace's locale, the reader's zone and the present: made once a page. Instants come in milliseconds since 1970,
/// UTC.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    format: Format,
    now: DateTime<Utc>,
}

impl Times {
    pub fn of(cx: &Cx) -> Self {
        Self { format: cx.bare.format(), now: cx.db().now() }
    }

    /// How dates and times are written for this reader.
    pub fn format(&self) -> Format {
        self.format
    }

    /// How lengths and numbers are written.
    pub fn locale(&self) -> Locale {
        self.format.locale
    }

    /// The reader's zone.
    pub fn zone(&self) -> Tz {
        self.format.zone
    }

    /// The present.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// What the reader's clocks show beyond UTC, for a page that stays open.
    pub fn clock_offsets(&self) -> ClockOffsets {
        self.format.clock_offsets(self.now)
    }

    /// `today, 1:10 PM`, `Tue, Dec 1, 2:00 PM`, and the same in the other locale; see [`Format::date_time`].
    pub fn words(&self, ms: i64) -> String {
        instant(ms).map(|at| self.format.date_time(at, self.now)).unwrap_or_default()
    }

    /// The same as a `<time>`.
    pub fn show(&self, ms: i64) -> AnyView {
        let exact = instant(ms).map(|at| at.format("%Y-%m-%dT%H:%MZ").to_string());
        view! { <time datetime=exact>{self.words(ms)}</time> }.into_any()
    }

    /// `Tue, Dec 1, 2:00 PM`: never "today", which would be wrong on a page left open overnight.
    pub fn dated(&self, ms: i64) -> String {
        instant(ms).map(|at| self.format.dated(at, self.now)).unwrap_or_default()
    }

    /// The same without the time where that says too much: `Tue, Dec 1`.
    pub fn short_day(&self, ms: i64) -> String {
        instant(ms).map(|at| self.format.short_day(at, self.now)).unwrap_or_default()
    }

    /// A day as invoices have it: `Dec 1, 2026`.
    pub fn day(&self, at: DateTime<Utc>) -> String {
        self.format.day(at)
    }

    /// `new`, `added 14 minutes ago`, `added 11 days ago`.
    pub fn old(&self, ms: i64) -> String {
        domain::words::old((self.now.timestamp_millis() - ms) / 1000)
    }

    /// Whether it lies behind.
    pub fn is_past(&self, ms: i64) -> bool {
        ms < self.now.timestamp_millis()
    }

    /// `just now`, `14 minutes ago`, `3 hours ago`, `11 days ago`.
    pub fn ago(&self, ms: i64) -> String {
        domain::words::ago((self.now.timestamp_millis() - ms) / 1000)
    }
}

fn instant(ms: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms)
}
