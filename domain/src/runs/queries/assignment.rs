use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sqlx::types::Json;

use crate::{
    Db, Error, Result, Tx, deliverables,
    deliverables::FullVersion,
    files::{self, File},
    format::Locale,
    ids::DeliverableId,
    offers::IntakeAnswer,
    requests::lock::calendar_from,
    runs::ClaimedRun,
};

/// What an agent is given to work with, as it stands when it takes the work up.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// How the agent works and speaks, in prose.
    pub persona: String,
    /// The name of the business that the agent belongs to.
    pub workspace: String,
    /// The zone that times are said in.
    pub zone: Tz,
    /// How the workspace writes them.
    pub locale: Locale,
    /// The client's name and trade.
    pub client: String,
    pub vertical: String,
    /// What the client answered when it signed up.
    pub intake: Vec<IntakeAnswer>,
    pub title: String,
    /// Markdown.
    pub brief: String,
    /// What a sub-run is to do of it; none for the run that has the request.
    pub task: Option<Task>,
    /// Oldest first.
    pub files: Vec<File>,
    /// The newest version of each deliverable, the newest one first.
    pub delivered: Vec<FullVersion>,
    /// When a question that is asked now should be answered: the end of the second working day.
    pub answer_by: DateTime<Utc>,
}

/// A part of the work that another agent asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The name of the agent who asks.
    pub by: String,
    pub words: String,
}

/// Reads what a worker's run is about.
///
/// # Errors
/// [`Error::NotFound`] where the request is gone.
pub async fn assignment(db: &Db, claimed: &ClaimedRun) -> Result<Assignment> {
    let scope = &claimed.scope;
    let mut tx = db.begin(scope).await?;
    let found = load(&mut tx, claimed).await?;
    let delivered = deliverables::queries::of_request_in(&mut tx, scope, claimed.request).await?;
    tx.commit().await?;
    let newest = delivered.iter().filter_map(|found| Some((found.id, found.versions.first()?.version)));
    let mut assignment = found;
    for (deliverable, version) in newest.collect::<Vec<(DeliverableId, u32)>>() {
        assignment.delivered.push(deliverables::queries::version(db, scope, deliverable, version).await?);
    }
    Ok(assignment)
}

async fn load(tx: &mut Tx, claimed: &ClaimedRun) -> Result<Assignment> {
    let scope = &claimed.scope;
    let row = sqlx::query!(
        r#"SELECT r.title, r.brief, run.task, asker.name AS "asker?", c.name, c.vertical, c.intake AS "intake: Json<Vec<IntakeAnswer>>",
                  w.name AS workspace, w.zone, w.locale, w.calendar, a.persona
           FROM request r
           JOIN client c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
           JOIN workspace w ON w.id = r.workspace_id
           JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = $4
           JOIN run ON run.workspace_id = r.workspace_id AND run.client_id = r.client_id AND run.id = $5
           LEFT JOIN run parent ON parent.workspace_id = r.workspace_id AND parent.id = run.parent_id
           LEFT JOIN agent asker ON asker.workspace_id = r.workspace_id AND asker.id = parent.agent_id
           WHERE r.workspace_id = $1 AND r.client_id = $2 AND r.id = $3"#,
        scope.workspace.0,
        claimed.client.0,
        claimed.request.0,
        claimed.agent.0,
        claimed.run.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let calendar = calendar_from(&row.zone, row.calendar)?;
    let now = tx.now();
    Ok(Assignment {
        persona: row.persona,
        workspace: row.workspace,
        zone: calendar.zone(),
        locale: Locale::of(row.locale.as_deref(), calendar.zone()),
        client: row.name,
        vertical: row.vertical,
        intake: row.intake.0,
        title: row.title,
        brief: row.brief,
        task: row.task.map(|words| Task { by: row.asker.unwrap_or_default(), words }),
        files: files::queries::of_request_in(tx, scope, claimed.request).await?,
        delivered: Vec::new(),
        answer_by: calendar.end_of_second_day(now).unwrap_or(now + TimeDelta::days(2)),
    })
}
