use chrono::{DateTime, Utc};

use super::{AnswerOutcome, Approval, ApprovalState, Audience, Decision, SettledQuestion};
use crate::{
    Db, Error, Result, Scope, Tx,
    costs::gate::RAISE,
    ids::{ApprovalId, ClientId, RequestId, RunId},
    requests::lock::LockedRequest,
    runs::ClaimedRun,
    secret,
    session::Choice,
};

/// The most open questions that one call answers.
const MOST: i64 = 200;

/// The questions that are open in the scope, oldest first: a client sees its own, an operator all, those to operators
/// included.
pub async fn list_open(db: &Db, scope: &Scope) -> Result<Vec<Approval>> {
    let mut tx = db.begin(scope).await?;
    let found = load(&mut tx, scope, ApprovalFilter { only_open: true, ..ApprovalFilter::default() }).await?;
    tx.commit().await?;
    Ok(found)
}

/// The questions of a run, oldest first, open or not.
pub async fn of_run(db: &Db, scope: &Scope, run: RunId) -> Result<Vec<Approval>> {
    let mut tx = db.begin(scope).await?;
    let found = load(&mut tx, scope, ApprovalFilter { run: Some(run), ..ApprovalFilter::default() }).await?;
    tx.commit().await?;
    Ok(found)
}

/// The questions to one audience that have been open since `asked_before`, oldest first, within a transaction.
pub(crate) async fn list_open_since_in(
    tx: &mut Tx,
    scope: &Scope,
    audience: Audience,
    asked_before: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Approval>> {
    let wanted = ApprovalFilter {
        only_open: true,
        audience: Some(audience),
        asked_before: Some(asked_before),
        most,
        ..ApprovalFilter::default()
    };
    load(tx, scope, wanted).await
}

/// A question, open or not.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(db: &Db, scope: &Scope, approval: ApprovalId) -> Result<Approval> {
    let mut tx = db.begin(scope).await?;
    let found =
        load(&mut tx, scope, ApprovalFilter { id: Some(approval), ..ApprovalFilter::default() }).await?;
    tx.commit().await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// The open questions of a request, within a transaction.
pub async fn of_request_in(tx: &mut Tx, scope: &Scope, request: RequestId) -> Result<Vec<Approval>> {
    load(tx, scope, ApprovalFilter { request: Some(request), only_open: true, ..ApprovalFilter::default() })
        .await
}

/// How the run's question of this id stands; see [`ClaimedRun::approval`].
pub async fn decision(db: &Db, claimed: &ClaimedRun, approval: ApprovalId) -> Result<Decision> {
    let mut tx = db.begin(&claimed.scope).await?;
    let row = sqlx::query!(
        r#"SELECT state AS "state: ApprovalState", answer FROM approval
           WHERE workspace_id = $1 AND client_id = $2 AND run_id = $3 AND id = $4"#,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        approval.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(match row.map(|row| (row.state, row.answer)) {
        None | Some((ApprovalState::Open, _)) => Decision::Pending,
        Some((_, None)) => Decision::Unanswered,
        Some((_, Some(key))) => Decision::Chosen(key),
    })
}

/// The run's open question of a key; see [`crate::approvals::commands::ask_once`].
pub(super) async fn find_open(db: &Db, claimed: &ClaimedRun, key: &str) -> Result<Option<ApprovalId>> {
    let mut tx = db.begin(&claimed.scope).await?;
    let found = sqlx::query_scalar!(
        r#"SELECT id AS "id: ApprovalId" FROM approval
           WHERE workspace_id = $1 AND client_id = $2 AND run_id = $3 AND key = $4 AND state = 'open'
           ORDER BY created_at LIMIT 1"#,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        secret::hash(key),
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(found)
}

/// What operators answered to this run, or left unanswered, oldest first: its next attempt has to know.
pub async fn settled_by_operators(db: &Db, claimed: &ClaimedRun) -> Result<Vec<SettledQuestion>> {
    let mut tx = db.begin(&claimed.scope).await?;
    let rows = sqlx::query!(
        r#"SELECT a.question, a.options AS "options: sqlx::types::Json<Vec<Choice>>", a.answer, p.name AS "by?"
           FROM approval a LEFT JOIN person p ON p.id = a.answered_by
           WHERE a.workspace_id = $1 AND a.client_id = $2 AND a.run_id = $3 AND a.audience = 'operator'
             AND a.state <> 'open'
           ORDER BY a.created_at, a.id"#,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| SettledQuestion {
            label: row.answer.map(|key| label(&row.options, key)),
            is_agents: row.options.iter().all(|option| option.key != RAISE),
            question: row.question,
            by: row.by.unwrap_or_default(),
        })
        .collect())
}

struct ApprovalFilter {
    id: Option<ApprovalId>,
    request: Option<RequestId>,
    run: Option<RunId>,
    only_open: bool,
    audience: Option<Audience>,
    asked_before: Option<DateTime<Utc>>,
    most: i64,
}

impl Default for ApprovalFilter {
    fn default() -> Self {
        Self {
            id: None,
            request: None,
            run: None,
            only_open: false,
            audience: None,
            asked_before: None,
            most: MOST,
        }
    }
}

/// What is internal is kept out by row-level security.
async fn load(tx: &mut Tx, scope: &Scope, wanted: ApprovalFilter) -> Result<Vec<Approval>> {
    let rows = sqlx::query!(
        r#"SELECT a.id AS "id: ApprovalId", a.client_id AS "client_id: ClientId", c.name AS client_name,
                  a.request_id AS "request_id: RequestId", r.number, r.title, a.question, a.detail,
                  a.options AS "options: sqlx::types::Json<Vec<Choice>>", a.audience AS "audience: Audience",
                  a.state AS "state: ApprovalState", a.answer, a.answered_at,
                  a.expires_at, a.created_at, p.name AS "answered_by?"
           FROM approval a
           JOIN client c ON c.workspace_id = a.workspace_id AND c.id = a.client_id
           JOIN request r ON r.workspace_id = a.workspace_id AND r.client_id = a.client_id AND r.id = a.request_id
           LEFT JOIN person p ON p.id = a.answered_by
           WHERE a.workspace_id = $1 AND ($2::uuid IS NULL OR a.client_id = $2) AND ($3::uuid IS NULL OR a.id = $3)
             AND ($4::uuid IS NULL OR a.request_id = $4) AND (NOT $5 OR a.state = 'open')
             AND ($6::text IS NULL OR a.audience = $6) AND ($7::timestamptz IS NULL OR a.created_at <= $7)
             AND ($9::uuid IS NULL OR a.run_id = $9)
           ORDER BY a.created_at, a.id LIMIT $8"#,
        scope.workspace.0,
        scope.client.map(|id| id.0),
        wanted.id.map(|id| id.0),
        wanted.request.map(|id| id.0),
        wanted.only_open,
        wanted.audience.map(Audience::as_str),
        wanted.asked_before,
        wanted.most,
        wanted.run.map(|id| id.0),
    )
    .fetch_all(tx.conn())
    .await?;
    let approvals = rows.into_iter().map(|row| {
        let chosen = row.answer.map(|key| label(&row.options, key));
        Approval {
            id: row.id,
            client: row.client_id,
            client_name: row.client_name,
            request: row.request_id,
            number: row.number.cast_unsigned(),
            title: row.title,
            question: row.question,
            detail: row.detail,
            options: row.options.0,
            audience: row.audience,
            state: row.state,
            answer: chosen,
            answered_by: row.answered_by,
            answered_at: row.answered_at.map(|at| at.timestamp_millis()),
            expires_at: row.expires_at.timestamp_millis(),
            created_at: row.created_at.timestamp_millis(),
        }
    });
    Ok(approvals.collect())
}

fn label(options: &[Choice], key: String) -> String {
    options.iter().find(|option| option.key == key).map_or(key, |option| option.label.clone())
}

pub(super) async fn request_of(tx: &mut Tx, scope: &Scope, approval: ApprovalId) -> Result<RequestId> {
    sqlx::query_scalar!(
        "SELECT request_id FROM approval WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        approval.0
    )
    .fetch_optional(tx.conn())
    .await?
    .map(RequestId)
    .ok_or(Error::NotFound)
}

/// Whether a run has asked this already.
pub(super) async fn is_asked_in(tx: &mut Tx, claimed: &ClaimedRun, approval: ApprovalId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM approval WHERE workspace_id = $1 AND run_id = $2 AND id = $3) AS "asked!""#,
        claimed.scope.workspace.0,
        claimed.run.0,
        approval.0,
    )
    .fetch_one(tx.conn())
    .await?)
}

/// A question under the hold of its board.
pub(super) struct LockedApproval {
    pub(super) run: RunId,
    pub(super) audience: Audience,
    pub(super) state: ApprovalState,
    pub(super) question: String,
    pub(super) options: Vec<Choice>,
    pub(super) expires_at: DateTime<Utc>,
}

pub(super) async fn lock_in(tx: &mut Tx, scope: &Scope, approval: ApprovalId) -> Result<LockedApproval> {
    let row = sqlx::query!(
        r#"SELECT run_id, audience AS "audience: Audience", state AS "state: ApprovalState", question, options AS "options: sqlx::types::Json<Vec<Choice>>",
                  expires_at
           FROM approval WHERE workspace_id = $1 AND id = $2 FOR UPDATE"#,
        scope.workspace.0,
        approval.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(LockedApproval {
        run: RunId(row.run_id),
        audience: row.audience,
        state: row.state,
        question: row.question,
        options: row.options.0,
        expires_at: row.expires_at,
    })
}

/// Who was quicker, and with what.
pub(super) async fn winner_in(
    tx: &mut Tx,
    scope: &Scope,
    approval: ApprovalId,
    asked: &LockedApproval,
) -> Result<AnswerOutcome> {
    let row = sqlx::query!(
        r#"SELECT a.answer, a.answered_at, p.name AS "name?"
           FROM approval a LEFT JOIN person p ON p.id = a.answered_by
           WHERE a.workspace_id = $1 AND a.id = $2"#,
        scope.workspace.0,
        approval.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(AnswerOutcome::Lost {
        by: row.name.unwrap_or_else(|| "Someone else".to_owned()),
        label: label(&asked.options, row.answer.unwrap_or_default()),
        at: row.answered_at.map_or(0, |at| at.timestamp_millis()),
    })
}

/// Whether a question to the client is open.
pub(super) async fn is_client_asked_in(tx: &mut Tx, scope: &Scope, row: &LockedRequest) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM approval WHERE workspace_id = $1 AND client_id = $2 AND request_id = $3
                          AND state = 'open' AND audience = 'client') AS "open!""#,
        scope.workspace.0,
        row.client.0,
        row.id.0,
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(super) async fn open_of(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    run: Option<RunId>,
) -> Result<Vec<(ApprovalId, Audience)>> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id: ApprovalId", audience AS "audience: Audience" FROM approval
           WHERE workspace_id = $1 AND client_id = $2 AND request_id = $3 AND state = 'open'
             AND ($4::uuid IS NULL OR run_id = $4)
           ORDER BY id FOR UPDATE"#,
        scope.workspace.0,
        row.client.0,
        row.id.0,
        run.map(|run| run.0),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.audience)).collect())
}
