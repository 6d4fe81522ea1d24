//! Times in a mail: each reader has them in a zone of their own, and that zone is named.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{Result, Tx, calendar, ids::WorkspaceId};

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
    let common = sqlx::query_scalar!("SELECT zone FROM workspace WHERE id = $1", workspace.0)
        .fetch_one(tx.conn())
        .await?;
    let known = sqlx::query!(
        r#"SELECT email, zone AS "zone!" FROM person WHERE email = ANY($1) AND confirmed AND zone IS NOT NULL"#,
        people,
    )
    .fetch_all(tx.conn())
    .await?;
    let known: HashMap<String, String> = known.into_iter().map(|row| (row.email, row.zone)).collect();
    let zone = |person: &String| calendar::zone(known.get(person).unwrap_or(&common)).unwrap_or(Tz::UTC);
    Ok(people.iter().map(|person| expand(body, zone(person))).collect())
}

fn expand(body: &str, zone: Tz) -> String {
    let mut parts = body.split(TIME);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let read = part
            .split_once('}')
            .and_then(|(millis, rest)| Some((DateTime::from_timestamp_millis(millis.parse().ok()?)?, rest)));
        match read {
            Some((at, rest)) => whole.extend([&calendar::words::when_in_full(at, zone), rest]),
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
        assert_eq!(expand(&body, Tz::Europe__Berlin), "Answer by Monday, 23 Nov, 09:12 (Berlin time).");
        for left in ["{time:", "{time:soon}", "{time:99999999999999999999}", "no time"] {
            assert_eq!(expand(left, Tz::UTC), left);
        }
    }
}
