use super::{settle::write_outcome, stop::insert};
use crate::{
    Db, FieldErrors, Result, Scope, Tx,
    controls::{ControlKind, Outcome, RequestedControl},
    ids::{ControlId, RequestId},
    requests::{
        commands::{COMMENT, may_work, text},
        lock::{self, LockedBoard, LockedRequest},
    },
    runs::{self, LivingRun},
    session::{Author, Part, RunState},
};

/// Says something to the agent at work, which answers what it makes of it. Said to one that is queued or waits for an
/// answer, it is heard when the work goes on. Said when nobody is at work, it stays in the conversation and the outcome
/// says so.
///
/// # Errors
/// Field `text`; [`crate::Error::Refused`] for the role billing.
pub async fn steer(db: &Db, scope: &Scope, request: RequestId, words: &str) -> Result<RequestedControl> {
    may_work(scope)?;
    let words = checked(words)?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    row.still_wanted()?;
    let run = runs::living_in(&mut tx, scope, &row).await?;
    let asked = steer_in(&mut tx, scope, &held, &row, run.as_ref(), words).await?;
    tx.commit().await?;
    Ok(asked)
}

/// What was typed, as it is said.
pub(super) fn checked(words: &str) -> Result<String> {
    let mut errors = FieldErrors::new();
    let words = text(&mut errors, "text", words, COMMENT, "Write a message first.");
    errors.check().map(|()| words)
}

/// The same on a board that is held.
pub(super) async fn steer_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    run: Option<&LivingRun>,
    words: String,
) -> Result<RequestedControl> {
    let control = insert(tx, scope, row, run.map(|run| run.id), ControlKind::Steer, &words).await?;
    row.append(tx, &Author::of(scope), [Part::DataSteer { control, text: words }]).await?;
    let Some(run) = run else {
        let why = "No one is working on this right now. Your message is saved for when work resumes.";
        write_outcome(tx, scope, row, control, Outcome::AlreadyEnded, why, &Author::system()).await?;
        return Ok(RequestedControl { control, settled: Some(Outcome::AlreadyEnded) });
    };
    if run.state != RunState::Working {
        suspend_deadline(tx, scope, control).await?;
    }
    held.changed(tx, scope, "control", row.number).await?;
    Ok(RequestedControl { control, settled: None })
}

/// Nobody can answer yet: the deadline is set when the run is taken up or goes on.
async fn suspend_deadline(tx: &mut Tx, scope: &Scope, control: ControlId) -> Result<()> {
    sqlx::query!(
        "UPDATE control SET deadline = 'infinity' WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        control.0,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
