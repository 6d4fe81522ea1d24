//! Sub-runs are started and answer.

use super::{append_run_state, end_in, lock_claim};
use crate::{
    Db, Error, FieldErrors, Result, Tx,
    ids::{AgentId, RunId},
    runs::{ClaimedRun, Helper, LivingRun, queries::helpers_in},
    session::{Author, RunState},
};

/// The longest task, in characters.
const TASK: usize = 8_000;
/// How many sub-runs of one run live at once, and how many it may start in all.
const AT_ONCE: i64 = 6;
const IN_ALL: i64 = 24;
/// The longest result, in characters.
const RESULT: usize = 40_000;

/// Has another agent, by its name, help with a part of the work: a sub-run is queued for it. The same task given to the
/// same agent again is the sub-run that there is, unless that one failed or was stopped.
///
/// # Errors
/// Field `agent` for a name that is nobody's who may help, field `task` for one that is empty or too long;
/// [`Error::Refused`] for a sub-run and where too many are started; as [`crate::runs::is_lost`] tells.
pub async fn delegate(db: &Db, claimed: &ClaimedRun, agent: &str, task: &str) -> Result<RunId> {
    if claimed.parent.is_some() {
        return Err(Error::refused("You help with a part yourself. Do it, and answer with what it came to."));
    }
    let task = checked(&claimed.redact(task))?;
    let mut tx = db.begin(&claimed.scope).await?;
    let (held, row) = lock_claim(&mut tx, claimed).await?;
    let helper = find(helpers_in(&mut tx, claimed).await?, agent)?;
    if let Some(known) = known_in(&mut tx, claimed, helper.agent, &task).await? {
        return Ok(known);
    }
    not_too_many_in(&mut tx, claimed).await?;
    let run = insert(&mut tx, claimed, &helper, &task).await?;
    append_run_state(&mut tx, &row, &Author::system(), &run, RunState::Queued, None).await?;
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
            [] => "No one else is available to help. Do it yourself.".to_owned(),
            names => format!("No agent by that name can help. Available: {}.", names.join(", ")),
        };
        Error::Fields(FieldErrors::one("agent", who))
    })
}

async fn known_in(tx: &mut Tx, claimed: &ClaimedRun, agent: AgentId, task: &str) -> Result<Option<RunId>> {
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

async fn not_too_many_in(tx: &mut Tx, claimed: &ClaimedRun) -> Result<()> {
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
        return Err(Error::refused(format!("{AT_ONCE} agents are already helping. Wait for one to finish.")));
    }
    if found.all >= IN_ALL {
        return Err(Error::refused("That is enough help for one piece of work. Do the rest yourself."));
    }
    Ok(())
}

async fn insert(tx: &mut Tx, claimed: &ClaimedRun, helper: &Helper, task: &str) -> Result<LivingRun> {
    let (id, now) = (RunId::new(), tx.now());
    sqlx::query!(
        "INSERT INTO run (id, workspace_id, client_id, request_id, agent_id, state, not_before, queued_at, parent_id, task,
                          trace_parent)
         VALUES ($1, $2, $3, $4, $5, 'queued', $6, $6, $7, $8, $9)",
        id.0,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.request.0,
        helper.agent.0,
        now,
        claimed.run.0,
        task,
        crate::Origin::trace_parent(),
    )
    .execute(tx.conn())
    .await?;
    let (state, agent_name) = (RunState::Queued, helper.name.clone());
    Ok(LivingRun { id, parent: Some(claimed.run), state, attempt: 0, agent_name })
}

/// Ends a sub-run as done, with what it came to.
///
/// # Errors
/// [`Error::Refused`] for a run that helps nobody, and without words; as [`crate::runs::is_lost`] tells.
pub async fn answer(db: &Db, claimed: &ClaimedRun, result: &str) -> Result<()> {
    if claimed.parent.is_none() {
        return Err(Error::refused("Nobody waits for an answer of this run. Deliver what you have made."));
    }
    let result: String = claimed.redact(result).replace('\0', "").trim().chars().take(RESULT).collect();
    if result.is_empty() {
        return Err(Error::refused("Say what it came to."));
    }
    let mut tx = db.begin(&claimed.scope).await?;
    let (held, row) = lock_claim(&mut tx, claimed).await?;
    sqlx::query!(
        "UPDATE run SET result = $4 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        result,
    )
    .execute(tx.conn())
    .await?;
    end_in(&mut tx, &claimed.scope, &held, &row, &claimed.living(), RunState::Completed, None).await?;
    tx.commit().await
}

/// Makes sure that what is about to be done is for the run that has the request, and not for one that helps.
///
/// # Errors
/// [`Error::Refused`] for a sub-run.
pub(crate) fn may_hand_over(claimed: &ClaimedRun) -> Result<()> {
    match claimed.parent {
        None => Ok(()),
        Some(_) => Err(Error::refused(
            "You help with a part of the work. Finish with what it came to; whoever asked you talks to the client and \
             delivers.",
        )),
    }
}
