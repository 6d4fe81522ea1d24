use chrono::{DateTime, Datelike, NaiveTime, Utc};
use chrono_tz::Tz;

use super::Micros;
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx, agents,
    audit::{self, Deed},
    billing::{instant, zone_in},
    ids::{AgentId, ClientId},
    money::MoneyError,
    requests::commands::operator,
    runs::ClaimedRun,
};

const DOLLAR: i64 = 1_000_000;

/// Whose costs are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Agent(AgentId),
    Client(ClientId),
}

impl Subject {
    fn ids(self) -> (Option<uuid::Uuid>, Option<uuid::Uuid>) {
        match self {
            Self::Agent(id) => (Some(id.0), None),
            Self::Client(id) => (None, Some(id.0)),
        }
    }

    /// The client whose costs they are, where it is one alone.
    async fn client_in(self, tx: &mut Tx, scope: &Scope) -> Result<Option<ClientId>> {
        match self {
            Self::Agent(id) => agents::queries::client_in(tx, scope, id).await,
            Self::Client(id) => Ok(Some(id)),
        }
    }
}

/// A month's limit that the next step of a run could pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub subject: Subject,
    /// The agent's or client's.
    pub name: String,
    pub limit: Micros,
    pub used: Micros,
    /// `November 2026`.
    pub month: String,
}

impl Hit {
    /// What the limit is when it is raised: by half, in whole dollars.
    pub fn raised(&self) -> Micros {
        let wanted = self.limit.0.saturating_add(self.limit.0 / 2);
        Micros(wanted.saturating_add(DOLLAR - 1) / DOLLAR * DOLLAR)
    }

    /// What the operators are asked. The same while the limit stands.
    pub fn question(&self) -> String {
        let whose = match self.subject {
            Subject::Agent(_) => self.name.clone(),
            Subject::Client(_) => format!("Work for {}", self.name),
        };
        format!("{whose} is about to pass the limit of {} for {}. Raise it?", self.limit, self.month)
    }

    /// The label of the answer that raises it.
    pub fn yes(&self) -> String {
        format!("Raise it to {} and go on", self.raised())
    }
}

/// The limit that the run's next step could pass: what the month has cost, and for every run that works now as much
/// again as the largest of its steps so far. What has no price does not count.
pub async fn hit(db: &Db, claimed: &ClaimedRun) -> Result<Option<Hit>> {
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
    let month = now.with_timezone(&zone).format("%B %Y").to_string();
    for row in rows {
        let subject = match (row.agent_id, row.client_id) {
            (Some(agent), _) => Subject::Agent(AgentId(agent)),
            (None, Some(client)) => Subject::Client(ClientId(client)),
            (None, None) => return Err(Error::Broken("a limit of nobody".into())),
        };
        // Where nothing is known of the next step it is still more than nothing.
        if row.used.saturating_add(row.reserve.max(1)) > row.micros {
            let (limit, used) = (Micros(row.micros), Micros(row.used));
            return Ok(Some(Hit { subject, name: row.name, limit, used, month }));
        }
    }
    Ok(None)
}

/// The first instant of the month, in the zone.
pub(super) fn month_start(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    instant(today.with_day(1).unwrap_or(today).and_time(NaiveTime::MIN), zone)
}

/// Raises a limit as an operator has allowed; one that was raised or lifted meanwhile stays.
pub async fn raise(db: &Db, claimed: &ClaimedRun, hit: &Hit) -> Result<()> {
    let scope = Scope::system(claimed.scope.workspace);
    let (agent, client) = hit.subject.ids();
    let mut tx = db.begin(&scope).await?;
    sqlx::query!(
        "UPDATE cost_limit SET micros = greatest(micros, $4)
         WHERE workspace_id = $1 AND (agent_id = $2 OR client_id = $3)",
        scope.workspace.0,
        agent,
        client,
        hit.raised().0,
    )
    .execute(tx.conn())
    .await?;
    let of = hit.subject.client_in(&mut tx, &scope).await?;
    let deed = Deed { client: of, ..Deed::done("raise_limit", hit.name.as_str()) };
    audit::done_in(&mut tx, &scope, deed.changed(hit.limit.to_string(), hit.raised().to_string())).await?;
    tx.commit().await
}

/// Sets the most that it may cost in a month, typed in dollars; nothing typed: no limit.
///
/// # Errors
/// Field `limit`; [`Error::NotFound`].
pub async fn set_limit(db: &Db, scope: &Scope, subject: Subject, typed: &str) -> Result<()> {
    operator(scope)?;
    let limit = checked(typed)?;
    let (agent, client) = subject.ids();
    let mut tx = db.begin(scope).await?;
    let name = exists(&mut tx, scope, subject).await?;
    sqlx::query!(
        "DELETE FROM cost_limit WHERE workspace_id = $1 AND (agent_id = $2 OR client_id = $3)",
        scope.workspace.0,
        agent,
        client,
    )
    .execute(tx.conn())
    .await?;
    if let Some(limit) = limit {
        sqlx::query!(
            "INSERT INTO cost_limit (workspace_id, agent_id, client_id, micros) VALUES ($1, $2, $3, $4)",
            scope.workspace.0,
            agent,
            client,
            limit.0,
        )
        .execute(tx.conn())
        .await?;
    }
    let deed = Deed::done(if limit.is_some() { "set_limit" } else { "remove_limit" }, name);
    let deed = Deed { client: subject.client_in(&mut tx, scope).await?, ..deed };
    audit::done_in(&mut tx, scope, Deed { after: limit.map(|limit| limit.to_string()), ..deed }).await?;
    tx.commit().await
}

/// Holds it, so that two who set its limit do so one after the other.
async fn exists(tx: &mut Tx, scope: &Scope, subject: Subject) -> Result<String> {
    let found = match subject {
        Subject::Agent(id) => {
            sqlx::query_scalar!(
                "SELECT name FROM agent WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
                scope.workspace.0,
                id.0
            )
            .fetch_optional(tx.conn())
            .await?
        }
        Subject::Client(id) => {
            sqlx::query_scalar!(
                "SELECT name FROM client WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
                scope.workspace.0,
                id.0
            )
            .fetch_optional(tx.conn())
            .await?
        }
    };
    found.ok_or(Error::NotFound)
}

fn checked(typed: &str) -> Result<Option<Micros>> {
    match Micros::parse(typed) {
        Err(MoneyError::Empty) => Ok(None),
        Ok(limit) if limit.0 > 0 => Ok(Some(limit)),
        Ok(_) => {
            Err(wrong("Enter more than 0, or leave blank for no limit. To stop an agent, pause it.".into()))
        }
        Err(error) => Err(wrong(error.to_string())),
    }
}

fn wrong(words: String) -> Error {
    Error::Fields(FieldErrors::one("limit", words))
}
