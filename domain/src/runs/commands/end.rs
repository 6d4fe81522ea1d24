use super::{cancel_sub_runs::cancel_sub_runs_of_in, lock_claim};
use crate::{
    Db, Error, Result, Scope, Tx, billing, controls,
    db::one_row,
    mail, redact,
    requests::lock::{LockedBoard, LockedRequest},
    runs::{ClaimedRun, LivingRun},
    session::{Author, Event, Part, RunState},
    webhooks::{
        EventKind,
        commands::{enqueue, with_fields},
    },
};

/// The longest words of a failure, in characters.
const FAILURE: usize = 2_000;

/// The run's new state, in the session.
pub(crate) async fn append_run_state(
    tx: &mut Tx,
    row: &LockedRequest,
    author: &Author,
    run: &LivingRun,
    state: RunState,
    failure: Option<String>,
) -> Result<()> {
    let part = match run.parent {
        None => Part::DataRun { state, failure, rehearsal: false },
        Some(parent) => Part::DataSubRun { parent, agent: run.agent_name.clone(), state, failure },
    };
    let event = Event::new(author.clone(), tx.now(), part).of_run(run.id, run.attempt);
    tx.append(row.session, &[event]).await
}

/// Ends the run as done. [`crate::deliverables::commands::submit_for_review`] is what an agent calls that has delivered; this
/// leaves the request in progress, for whatever is to be done without a review.
///
/// # Errors
/// As [`crate::runs::is_lost`] tells.
pub async fn complete(db: &Db, claimed: &ClaimedRun) -> Result<()> {
    let mut tx = db.begin(&claimed.scope).await?;
    let (held, row) = lock_claim(&mut tx, claimed).await?;
    end_in(&mut tx, &claimed.scope, &held, &row, &claimed.living(), RunState::Completed, None).await?;
    tx.commit().await
}

/// Ends the run as failed, for good. `words` say to the client what happened and what to do; the operators get a mail.
///
/// # Errors
/// As [`crate::runs::is_lost`] tells.
pub async fn fail(db: &Db, claimed: &ClaimedRun, words: &str) -> Result<()> {
    fail_run(db, claimed, &claimed.redact(words), "").await
}

/// The same, with the reason for the operators: it stays backstage, and Today shows it.
///
/// # Errors
/// As [`crate::runs::is_lost`] tells; [`Error::Refused`] without words.
pub async fn fail_because(db: &Db, claimed: &ClaimedRun, words: &str, reason: &str) -> Result<()> {
    let (words, reason) = (clean(&claimed.redact(words)), clean(&claimed.redact(reason)));
    if words.is_empty() {
        return Err(Error::refused("Say what happened in words the client will understand."));
    }
    fail_run(db, claimed, &words, &redact::shapes(&reason)).await
}

async fn fail_run(db: &Db, claimed: &ClaimedRun, words: &str, reason: &str) -> Result<()> {
    let mut tx = db.begin(&claimed.scope).await?;
    let (held, row) = lock_claim(&mut tx, claimed).await?;
    if !reason.is_empty() {
        let text = format!("Work failed. Reason: {reason}");
        let remark = claimed.events(tx.now(), [Part::DataComment { text }]);
        tx.append(row.backstage, &remark).await?;
        note_reason(&mut tx, claimed, reason).await?;
    }
    let words = Some(words.to_owned());
    end_in(&mut tx, &claimed.scope, &held, &row, &claimed.living(), RunState::Failed, words).await?;
    tx.commit().await
}

async fn note_reason(tx: &mut Tx, claimed: &ClaimedRun, reason: &str) -> Result<()> {
    let noted = sqlx::query!(
        "UPDATE run SET failure_reason = $4 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        reason,
    )
    .execute(tx.conn())
    .await?;
    one_row(noted.rows_affected())
}

/// What a program says of a failure, at a length that a page can show.
fn clean(text: &str) -> String {
    text.replace('\0', "").trim().chars().take(FAILURE).collect()
}

/// Cancels a living run, whatever it does: a worker that still writes for it is refused from the commit on.
pub(crate) async fn cancel_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    run: &LivingRun,
    author: &Author,
) -> Result<()> {
    settle_state(tx, scope, row, run, RunState::Cancelled, None).await?;
    enqueue_webhooks(tx, scope, row, run, RunState::Cancelled).await?;
    append_run_state(tx, row, author, run, RunState::Cancelled, None).await?;
    cancel_sub_runs_of_in(tx, scope, held, row, run).await?;
    controls::commands::settle_open_in(tx, scope, row, run.id).await?;
    held.changed(tx, scope, "run", row.number).await
}

/// Ends a working run as completed or failed.
pub(crate) async fn end_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    run: &LivingRun,
    state: RunState,
    failure: Option<String>,
) -> Result<()> {
    let failure = failure.map(|words| redact::shapes(&words));
    settle_state(tx, scope, row, run, state, failure.as_deref()).await?;
    // What comes of a sub-run is for the run that started it to deal with.
    if run.parent.is_none() {
        enqueue_webhooks(tx, scope, row, run, state).await?;
        if let Some(words) = &failure {
            mail_operators(tx, scope, held, row, words).await?;
        }
    }
    append_run_state(tx, row, &Author::of(scope), run, state, failure).await?;
    cancel_sub_runs_of_in(tx, scope, held, row, run).await?;
    controls::commands::settle_open_in(tx, scope, row, run.id).await?;
    held.changed(tx, scope, "run", row.number).await
}

/// Writes the last state and shuts the streams to this attempt.
pub(super) async fn settle_state(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    run: &LivingRun,
    state: RunState,
    failure: Option<&str>,
) -> Result<()> {
    let now = tx.now();
    let done = sqlx::query!(
        "UPDATE run SET state = $5, ended_at = $6, lease_holder = NULL, lease_until = NULL, failure = $7
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND attempt = $4",
        scope.workspace.0,
        row.client.0,
        run.id.0,
        run.attempt.cast_signed(),
        state.as_str(),
        now,
        failure,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    for stream in [row.session, row.backstage] {
        tx.fence(stream, run.id.to_string(), u64::from(run.attempt) + 1);
    }
    billing::pause_if_at_rest_in(tx, scope, row.client).await
}

async fn enqueue_webhooks(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    run: &LivingRun,
    state: RunState,
) -> Result<()> {
    let ended = [
        ("run", run.id.to_string().into()),
        ("state", state.as_str().into()),
        ("attempt", run.attempt.into()),
        ("agent", run.agent_name.as_str().into()),
    ];
    enqueue(tx, scope, EventKind::RunEnded, with_fields(row.webhook_data(), ended)).await
}

async fn mail_operators(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    words: &str,
) -> Result<()> {
    let subject = format!("Couldn’t finish: {} #{}", held.client_name, row.number);
    let (client, title) = (mail::plain(&held.client_name), mail::plain(&row.title));
    let body = format!(
        "Work on “{title}” for {client} failed. Here’s what the client sees:\n\n{}\n\nRestart it from your desk: {{link:/desk}}\n",
        mail::plain(words)
    );
    mail::commands::queue_to_operators_in(tx, scope, &subject, &body).await
}

impl ClaimedRun {
    /// This attempt as the living run that it is.
    pub(crate) fn living(&self) -> LivingRun {
        LivingRun {
            id: self.run,
            parent: self.parent,
            state: RunState::Working,
            attempt: self.attempt,
            agent_name: self.agent_name.clone(),
        }
    }
}
