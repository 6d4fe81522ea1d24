//! Times in a mail: each reader has them in a zone of their own, and that zone is named.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{Result, Tx, calendar, format::Format, ids::WorkspaceId, workspaces::queries::format_in};

pub(super) const TIME: &str = "{time:";

/// An instant as a body carries it until it is known who reads it.
pub fn time(at: DateTime<Utc>) -> String {
    format!("{TIME}{}}}", at.timestamp_millis())
}

/// The bodies for each of the people, in their order: the same, with its times in the zone of each, or in the workspace's
/// for whoever has none here.
pub(super) async fn for_each_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    people: &[String],
    body: &str,
) -> Result<Vec<String>> {
    if !body.contains(TIME) {
        return Ok(vec![body.to_owned(); people.len()]);
    }
    let common = format_in(tx, workspace).await?;
    let known = sqlx::query!(
        r#"SELECT email, zone AS "zone!" FROM person WHERE email = ANY($1) AND confirmed AND zone IS NOT NULL"#,
        people,
    )
    .fetch_all(tx.conn())
    .await?;
    let known: HashMap<String, String> = known.into_iter().map(|row| (row.email, row.zone)).collect();
    let format = |person: &String| match known.get(person) {
        Some(zone) => common.within(calendar::zone(zone).unwrap_or(Tz::UTC)),
        None => common,
    };
    Ok(people.iter().map(|person| expand(body, format(person))).collect())
}

fn expand(body: &str, format: Format) -> String {
    let mut parts = body.split(TIME);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let read = part
            .split_once('}')
            .and_then(|(millis, rest)| Some((DateTime::from_timestamp_millis(millis.parse().ok()?)?, rest)));
        match read {
            Some((at, rest)) => whole.extend([&format.zoned(at), rest]),
            None => whole.extend([TIME, part]),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_the_zone_given() {
        let at = DateTime::from_timestamp(1_795_421_520, 0).unwrap();
        let body = format!("Answer by {}.", time(at));
        let berlin = Format::of(None, Tz::Europe__Berlin);
        assert_eq!(expand(&body, berlin), "Answer by Mon 23 Nov, 09:12 (Berlin time).");
        let portland = Format::of(None, Tz::America__Los_Angeles);
        assert_eq!(expand(&body, portland), "Answer by Mon, Nov 23, 12:12 AM PT.");
        // Who reads elsewhere reads their own clock, written as the workspace writes.
        let abroad = portland.within(Tz::Europe__Berlin);
        assert_eq!(expand(&body, abroad), "Answer by Mon, Nov 23, 9:12 AM (Berlin time).");
        for left in ["{time:", "{time:soon}", "{time:99999999999999999999}", "no time"] {
            assert_eq!(expand(left, berlin), left);
        }
    }
}
