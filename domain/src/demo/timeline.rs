//! What the story's people can do, each at a point of its time.

use chrono::{DateTime, Duration, Utc};

use super::calendar::working_days_before;
use crate::{
    Db, Error, Result, Scope,
    ids::{ClientId, RequestId},
    requests::{self, NewRequest, Priority},
};

/// The story's clock and its end.
pub(super) struct Timeline<'a> {
    pub(super) db: &'a Db,
    pub(super) now: DateTime<Utc>,
}

impl Timeline<'_> {
    /// Goes on to `hours` after nine o'clock, `days` working days before today; never back, never past the present.
    pub(super) fn on(&self, days: u32, hours: f64) {
        #[allow(clippy::cast_possible_truncation, reason = "hours of a day")]
        let minutes = (hours * 60.0) as i64;
        self.to(working_days_before(self.now, days) + Duration::minutes(minutes));
    }

    /// Goes on to some minutes before the present.
    pub(super) fn minutes_ago(&self, minutes: i64) {
        self.to(self.now - Duration::minutes(minutes));
    }

    fn to(&self, at: DateTime<Utc>) {
        let by = at.min(self.now) - self.db.now();
        if by > Duration::zero() {
            self.db.clock().advance(by);
        }
    }

    /// A request, queued or kept for later.
    pub(super) async fn ask(&self, who: &Scope, title: &str, brief: &str, queue: bool) -> Result<RequestId> {
        let new = NewRequest {
            title: title.to_owned(),
            brief: brief.trim().to_owned(),
            priority: Priority::Normal,
            queue,
            files: Vec::new(),
            form_key: None,
        };
        let client = client_of(who)?;
        let number = requests::commands::create(self.db, who, new).await?;
        Ok(requests::queries::by_number(self.db, who, client, number).await?.card.id)
    }
}

pub(super) fn client_of(who: &Scope) -> Result<ClientId> {
    who.client.ok_or_else(|| Error::Broken("only clients ask in the demo".into()))
}
