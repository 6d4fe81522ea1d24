use chrono::{DateTime, Datelike, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::{
    Db, Error, Result, Scope,
    billing::{instant, zone_in},
    costs::{LimitHit, Micros, Subject},
    ids::{AgentId, ClientId},
    runs::ClaimedRun,
};

/// The limit that the run's next step could pass: what the month has cost, and for every run that works now as much
/// again as the largest of its steps so far. What has no price does not count.
pub(crate) async fn limit_hit(db: &Db, claimed: &ClaimedRun) -> Result<Option<LimitHit>> {
    // What an agent costs for all clients is more than it sees itself.
    let scope = Scope::system(claimed.scope.workspace);
    let mut tx = db.begin(&scope).await?;
    let (now, zone) = (tx.now(), zone_in(&mut tx, &scope).await?);
    let rows = sqlx::query!(
        r#"SELECT l.agent_id, l.client_id, l.micros, coalesce(a.name, c.name, '') AS "name!",
                  (SELECT coalesce(within_bigint(sum(s.micros)), 0) FROM spend s
                   WHERE s.workspace_id = $1 AND s.at >= $4 AND (s.agent_id = l.agent_id OR s.client_id = l.client_id)) AS "used!",
                  (SELECT coalesce(within_bigint(sum(step.most)), 0) FROM (
                      SELECT max(s.micros) AS most FROM run r JOIN spend s ON s.run_id = r.id
                      WHERE r.workspace_id = $1 AND r.state = 'working' AND (r.agent_id = l.agent_id OR r.client_id = l.client_id)
                      GROUP BY r.id) step) AS "reserve!"
           FROM cost_limit l
           LEFT JOIN agent a ON a.workspace_id = l.workspace_id AND a.id = l.agent_id
           LEFT JOIN client c ON c.workspace_id = l.workspace_id AND c.id = l.client_id
           WHERE l.workspace_id = $1 AND (l.agent_id = $2 OR l.client_id = $3)"#,
        scope.workspace.0,
        claimed.agent.0,
        claimed.client.0,
        month_start(now, zone),
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let today = now.with_timezone(&zone).date_naive();
    let month = today.with_day(1).unwrap_or(today);
    for row in rows {
        let subject = match (row.agent_id, row.client_id) {
            (Some(agent), _) => Subject::Agent(AgentId(agent)),
            (None, Some(client)) => Subject::Client(ClientId(client)),
            (None, None) => return Err(Error::Broken("a limit of nobody".into())),
        };
        // Where nothing is known of the next step it is still more than nothing.
        if row.used.saturating_add(row.reserve.max(1)) > row.micros {
            let (limit, used) = (Micros(row.micros), Micros(row.used));
            return Ok(Some(LimitHit { subject, name: row.name, limit, used, month }));
        }
    }
    Ok(None)
}

/// The first instant of the month, in the zone.
fn month_start(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    instant(today.with_day(1).unwrap_or(today).and_time(NaiveTime::MIN), zone)
}
