use super::{Asked, ControlKind, Outcome, settle::write_outcome, stop::insert};
use crate::{
    Db, FieldErrors, Result, Scope,
    ids::RequestId,
    requests::{
        commands::{COMMENT, may_work, text},
        hold,
    },
    runs,
    session::{Author, Part, RunState},
};

/// Says something to the agent at work, which answers what it makes of it. Said to one that is queued or waits for an
/// answer, it is heard when the work goes on. Said when nobody is at work, it stays in the conversation and the outcome
/// says so.
///
/// # Errors
/// Field `text`; [`crate::Error::Refused`] for the role billing.
pub async fn steer(db: &Db, scope: &Scope, request: RequestId, words: &str) -> Result<Asked> {
    may_work(scope)?;
    let mut errors = FieldErrors::new();
    let words = text(&mut errors, "text", words, COMMENT, "Write something first.");
    errors.check()?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = hold::hold_request_in(&mut tx, scope, request).await?;
    row.still_wanted()?;
    let run = runs::living_in(&mut tx, scope, &row).await?;
    let control =
        insert(&mut tx, scope, &row, run.as_ref().map(|run| run.id), ControlKind::Steer, &words).await?;
    row.say(&mut tx, &Author::of(scope), [Part::DataSteer { control, text: words }]).await?;
    let settled = match run {
        None => {
            let why = "Nobody is at work now. What you wrote stays here for when the work goes on.";
            write_outcome(&mut tx, scope, &row, control, Outcome::AlreadyEnded, why, &Author::system())
                .await?;
            Some(Outcome::AlreadyEnded)
        }
        Some(run) => {
            if run.state != RunState::Working {
                wait_until_heard(&mut tx, scope, control).await?;
            }
            held.changed(&mut tx, scope, "control", row.number).await?;
            None
        }
    };
    tx.commit().await?;
    Ok(Asked { control, settled })
}

/// Nobody can answer yet: the deadline is set when the run is taken up or goes on.
async fn wait_until_heard(tx: &mut crate::Tx, scope: &Scope, control: crate::ids::ControlId) -> Result<()> {
    sqlx::query!(
        "UPDATE control SET deadline = 'infinity' WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        control.0,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
