//! Sub-runs: an agent at work has other agents of the workspace help with parts of its request. A sub-run is worked like
//! any run, by whatever backend, and its agent writes into the same session under its own name; what it comes to goes to
//! the run that started it, which alone delivers and ends the request's work. It ends with that run at the latest.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{
    end::{say_run, settle_state},
    hold_claim_in,
    model::{Claimed, Living, living_run_in, state},
};
use crate::{
    Db, Error, FieldErrors, Office, Result, Scope, Tx, approvals,
    ids::{AgentId, ClientId, RequestId, RunId, WorkspaceId},
    requests::hold::{self, Held, Row},
    session::{Author, RunState},
};

/// The longest task and the longest result, in characters.
const TASK: usize = 8_000;
const RESULT: usize = 40_000;
/// How many sub-runs of one run live at once, and how many it may start in all.
const AT_ONCE: i64 = 6;
const IN_ALL: i64 = 24;

/// How long a sub-run waits for its agent.
const PATIENCE: TimeDelta = TimeDelta::minutes(30);
/// How many are given up in one call; the rest with the next one.
const MOST: i64 = 100;

/// An agent that may be asked to help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Helper {
    pub agent: AgentId,
    pub name: String,
    pub persona: String,
}

/// A sub-run as the run that started it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubRun {
    pub run: RunId,
    /// The name of the agent that helps.
    pub agent: String,
    pub task: String,
    pub state: RunState,
    /// What it came to, once it has completed.
    pub result: Option<String>,
    /// Why not, when it failed or nobody came.
    pub failure: Option<String>,
    pub queued_at: DateTime<Utc>,
}

/// Who may be asked to help with a run: the other agents that are ready and work for its client. None for a sub-run.
pub async fn helpers(db: &Db, claimed: &Claimed) -> Result<Vec<Helper>> {
    if claimed.parent.is_some() {
        return Ok(Vec::new());
    }
    let mut tx = db.begin(&claimed.scope).await?;
    let helpers = helpers_in(&mut tx, claimed).await?;
    tx.commit().await?;
    Ok(helpers)
}

async fn helpers_in(tx: &mut Tx, claimed: &Claimed) -> Result<Vec<Helper>> {
    let rows = sqlx::query!(
        "SELECT id, name, persona FROM agent
         WHERE workspace_id = $1 AND (client_id IS NULL OR client_id = $2) AND state = 'ready' AND id <> $3
         ORDER BY created_at, id LIMIT 50",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.agent.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let helper =
        rows.into_iter().map(|row| Helper { agent: AgentId(row.id), name: row.name, persona: row.persona });
    Ok(helper.collect())
}

/// Has another agent, by its name, help with a part of the work: a sub-run is queued for it. The same task given to the
/// same agent again is the sub-run that there is, unless that one failed or was stopped.
///
/// # Errors
/// Field `agent` for a name that is nobody's who may help, field `task` for one that is empty or too long;
/// [`Error::Refused`] for a sub-run and where too many are started; as [`super::is_lost`] tells.
pub async fn delegate(db: &Db, claimed: &Claimed, agent: &str, task: &str) -> Result<RunId> {
    if claimed.parent.is_some() {
        return Err(Error::refused("You help with a part yourself. Do it, and answer with what it came to."));
    }
    let task = checked(&claimed.redact(task))?;
    let mut tx = db.begin(&claimed.scope).await?;
    let (held, row) = hold_claim_in(&mut tx, claimed).await?;
    let helper = find(helpers_in(&mut tx, claimed).await?, agent)?;
    if let Some(known) = known_in(&mut tx, claimed, helper.agent, &task).await? {
        return Ok(known);
    }
    not_too_many_in(&mut tx, claimed).await?;
    let run = insert(&mut tx, claimed, &helper, &task).await?;
    say_run(&mut tx, &row, &Author::system(), &run, RunState::Queued, None).await?;
    held.changed(&mut tx, &claimed.scope, "run", row.number).await?;
    tx.commit().await?;
    Ok(run.id)
}

fn checked(task: &str) -> Result<String> {
    let task = task.replace('\0', "").trim().to_owned();
    let wrong = match task.chars().count() {
        0 => "Say what is to be done.".to_owned(),
        1..=TASK => return Ok(task),
        _ => format!("Say it in at most {TASK} characters."),
    };
    Err(Error::Fields(FieldErrors::one("task", wrong)))
}

fn find(helpers: Vec<Helper>, name: &str) -> Result<Helper> {
    let names: Vec<String> = helpers.iter().map(|helper| helper.name.clone()).collect();
    let wanted = name.trim().to_lowercase();
    let found = helpers.into_iter().find(|helper| helper.name.to_lowercase() == wanted);
    found.ok_or_else(|| {
        let who = match names.as_slice() {
            [] => "Nobody else is there to help. Do it yourself.".to_owned(),
            names => format!("Nobody of that name can help. There are: {}.", names.join(", ")),
        };
        Error::Fields(FieldErrors::one("agent", who))
    })
}

async fn known_in(tx: &mut Tx, claimed: &Claimed, agent: AgentId, task: &str) -> Result<Option<RunId>> {
    let known = sqlx::query_scalar!(
        "SELECT id FROM run
         WHERE workspace_id = $1 AND client_id = $2 AND parent_id = $3 AND agent_id = $4 AND md5(task) = md5($5)
           AND state NOT IN ('cancelled', 'failed')",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        agent.0,
        task,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(known.map(RunId))
}

async fn not_too_many_in(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    let found = sqlx::query!(
        r#"SELECT count(*) AS "all!", count(*) FILTER (WHERE ended_at IS NULL) AS "living!" FROM run
           WHERE workspace_id = $1 AND client_id = $2 AND parent_id = $3"#,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
    )
    .fetch_one(tx.conn())
    .await?;
    if found.living >= AT_ONCE {
        return Err(Error::refused(format!("{AT_ONCE} help already. Wait until one of them has finished.")));
    }
    if found.all >= IN_ALL {
        return Err(Error::refused("That is enough help for one piece of work. Do the rest yourself."));
    }
    Ok(())
}

async fn insert(tx: &mut Tx, claimed: &Claimed, helper: &Helper, task: &str) -> Result<Living> {
    let (id, now) = (RunId::new(), tx.now());
    sqlx::query!(
        "INSERT INTO run (id, workspace_id, client_id, request_id, agent_id, state, not_before, queued_at, parent_id, task)
         VALUES ($1, $2, $3, $4, $5, 'queued', $6, $6, $7, $8)",
        id.0,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.request.0,
        helper.agent.0,
        now,
        claimed.run.0,
        task,
    )
    .execute(tx.conn())
    .await?;
    let (state, agent_name) = (RunState::Queued, helper.name.clone());
    Ok(Living { id, parent: Some(claimed.run), state, attempt: 0, agent_name })
}

/// The sub-runs that a run has started, in whichever of its attempts, oldest first.
pub async fn sub_runs(db: &Db, claimed: &Claimed) -> Result<Vec<SubRun>> {
    let mut tx = db.begin(&claimed.scope).await?;
    let rows = sqlx::query!(
        r#"SELECT r.id, a.name, r.task AS "task!", r.state, r.result, r.failure, r.queued_at
           FROM run r JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id
           WHERE r.workspace_id = $1 AND r.client_id = $2 AND r.parent_id = $3
           ORDER BY r.queued_at, r.id"#,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let found = rows.into_iter().map(|row| {
        Ok(SubRun {
            run: RunId(row.id),
            agent: row.name,
            task: row.task,
            state: state(&row.state)?,
            result: row.result,
            failure: row.failure,
            queued_at: row.queued_at,
        })
    });
    found.collect()
}

/// Ends a sub-run as done, with what it came to.
///
/// # Errors
/// [`Error::Refused`] for a run that helps nobody, and without words; as [`super::is_lost`] tells.
pub async fn answer(db: &Db, claimed: &Claimed, result: &str) -> Result<()> {
    if claimed.parent.is_none() {
        return Err(Error::refused("Nobody waits for an answer of this run. Deliver what you have made."));
    }
    let result: String = claimed.redact(result).replace('\0', "").trim().chars().take(RESULT).collect();
    if result.is_empty() {
        return Err(Error::refused("Say what it came to."));
    }
    let mut tx = db.begin(&claimed.scope).await?;
    let (held, row) = hold_claim_in(&mut tx, claimed).await?;
    sqlx::query!(
        "UPDATE run SET result = $4 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        result,
    )
    .execute(tx.conn())
    .await?;
    super::end_in(&mut tx, &claimed.scope, &held, &row, &claimed.living(), RunState::Completed, None).await?;
    tx.commit().await
}

/// Makes sure that what is about to be done is for the run that has the request, and not for one that helps.
///
/// # Errors
/// [`Error::Refused`] for a sub-run.
pub(crate) fn may_hand_over(claimed: &Claimed) -> Result<()> {
    match claimed.parent {
        None => Ok(()),
        Some(_) => Err(Error::refused(
            "You help with a part of the work. Finish with what it came to; whoever asked you talks to the client and \
             delivers.",
        )),
    }
}

/// Takes back the sub-runs that nobody took up in time, because their agents rest or their programs do not come: whoever
/// asked goes on without them. Answers how many there were.
pub async fn give_up(db: &Db) -> Result<u64> {
    let (mut given_up, mut failed) = (0, None);
    for (scope, request, run) in forgotten(db).await? {
        match give_up_one(db, &scope, request, run).await {
            Ok(was_queued) => given_up += u64::from(was_queued),
            // The others are not to wait for this one.
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(given_up), Err)
}

async fn forgotten(db: &Db) -> Result<Vec<(Scope, RequestId, RunId)>> {
    let mut tx = db.begin_as(Office::Jobs).await?;
    let before = tx.now() - PATIENCE;
    let rows = sqlx::query!(
        "SELECT id, workspace_id, client_id, request_id FROM run
         WHERE state = 'queued' AND parent_id IS NOT NULL AND not_before < $1 ORDER BY not_before LIMIT $2",
        before,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let found = rows.into_iter().map(|row| {
        let scope = Scope::system(WorkspaceId(row.workspace_id)).within(ClientId(row.client_id));
        (scope, RequestId(row.request_id), RunId(row.id))
    });
    Ok(found.collect())
}

async fn give_up_one(db: &Db, scope: &Scope, request: RequestId, run: RunId) -> Result<bool> {
    let mut tx = db.begin(scope).await?;
    let (held, row) = hold::hold_request_in(&mut tx, scope, request).await?;
    // Somebody may have come meanwhile.
    let living = living_run_in(&mut tx, scope, &row, run).await?;
    let Some(run) = living.filter(|run| run.state == RunState::Queued) else { return Ok(false) };
    let words = format!("{} did not come in time.", run.agent_name);
    settle_state(&mut tx, scope, &row, &run, RunState::Cancelled, Some(&words)).await?;
    say_run(&mut tx, &row, &Author::system(), &run, RunState::Cancelled, Some(words)).await?;
    held.changed(&mut tx, scope, "run", row.number).await?;
    tx.commit().await?;
    Ok(true)
}

/// Cancels the living sub-runs of a run that has ended, and takes their questions back.
pub(super) async fn cancel_of_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &Held,
    row: &Row,
    parent: &Living,
) -> Result<()> {
    if parent.parent.is_some() {
        return Ok(());
    }
    let rows = sqlx::query!(
        "SELECT r.id, r.state, r.attempt, a.name
         FROM run r JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id
         WHERE r.workspace_id = $1 AND r.client_id = $2 AND r.parent_id = $3
           AND r.state IN ('queued', 'working', 'suspended')
         ORDER BY r.id FOR UPDATE OF r",
        scope.workspace.0,
        row.client.0,
        parent.id.0,
    )
    .fetch_all(tx.conn())
    .await?;
    for found in rows {
        let run = Living {
            id: RunId(found.id),
            parent: Some(parent.id),
            state: state(&found.state)?,
            attempt: found.attempt.cast_unsigned(),
            agent_name: found.name,
        };
        settle_state(tx, scope, row, &run, RunState::Cancelled, None).await?;
        approvals::withdraw_of_run_in(tx, scope, row, run.id, &Author::system()).await?;
        say_run(tx, row, &Author::system(), &run, RunState::Cancelled, None).await?;
        held.changed(tx, scope, "run", row.number).await?;
    }
    Ok(())
}
