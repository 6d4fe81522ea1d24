//! `POST /desk/webhooks/{webhook}/deliveries`: sends one event again, or all since a time.

use axum::response::Response;
use chrono::{NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use domain::{
    Error,
    ids::WebhookId,
    webhooks::{self, Webhook},
};

use super::{LIST, find};
use crate::{
    components::time::Times,
    web::{Fields, Operator, Path, PostedForm, Problem, answer},
};

pub async fn create(
    operator: Operator,
    Path(webhook): Path<WebhookId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let found = find(&operator, webhook).await?;
    let back = format!("{LIST}/{}", found.id);
    let (done, words) = match send(&operator, &found, &fields).await {
        Ok(words) => (Ok(()), words),
        Err(error) => (Err(error), String::new()),
    };
    Ok(answer(&operator.cx.bare, done, &back, &words))
}

async fn send(operator: &Operator, of: &Webhook, fields: &Fields) -> domain::Result<String> {
    let Operator { cx, scope, .. } = operator;
    if fields.has("event") {
        let event = fields.text("event").parse().map_err(|_| Error::NotFound)?;
        webhooks::commands::send_again(cx.db(), scope, of.id, event).await?;
        return Ok("Resending.".to_owned());
    }
    let zone = Times::of(cx).zone();
    let since = instant(fields.text("since"), zone)
        .ok_or_else(|| Error::refused("Enter a date, or a date and time."))?;
    Ok(match webhooks::commands::send_since(cx.db(), scope, of.id, since).await? {
        0 => "No matching events since then.".to_owned(),
        1 => "Resending 1 message.".to_owned(),
        count => format!("Resending {count} messages."),
    })
}

/// A day, or a day and a time, in the workspace's zone.
fn instant(text: &str, zone: Tz) -> Option<chrono::DateTime<Utc>> {
    let at = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
    let at = at.or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
    Some(zone.from_local_datetime(&at).earliest()?.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_a_time_are_the_workspaces() {
        let zone = chrono_tz::Europe::Berlin;
        let told = |text| instant(text, zone).map(|at| at.to_rfc3339());
        assert_eq!(told("2026-11-23").as_deref(), Some("2026-11-22T23:00:00+00:00"));
        assert_eq!(told("2026-11-23T09:30").as_deref(), Some("2026-11-23T08:30:00+00:00"));
        assert_eq!(told("soon"), None);
    }
}
