//! Times as their reader says them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::calendar::words;
use leptos::prelude::*;

use crate::web::Cx;

/// The reader's zone and the present: made once a page.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    zone: Tz,
    now: DateTime<Utc>,
}

impl Times {
    pub fn of(cx: &Cx) -> Self {
        Self { zone: cx.bare.zone(), now: cx.db().now() }
    }

    /// The reader's zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The present.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// `today 13:10`, `Wednesday 13:10`, `3 Dec 13:10`; `ms`: milliseconds since 1970, UTC.
    pub fn words(&self, ms: i64) -> String {
        DateTime::from_timestamp_millis(ms).map(|at| words::when(at, self.zone, self.now)).unwrap_or_default()
    }

    /// The same as a `<time>`.
    pub fn show(&self, ms: i64) -> AnyView {
        let exact = DateTime::from_timestamp_millis(ms).map(|at| at.format("%Y-%m-%dT%H:%MZ").to_string());
        view! { <time datetime=exact>{self.words(ms)}</time> }.into_any()
    }

    /// `new`, `14 minutes old`, `11 days old`.
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
