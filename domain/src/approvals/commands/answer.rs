use crate::{
    Db, Error, FieldErrors, Result, Role, Scope, Tx, agents,
    approvals::{
        AnswerOutcome, ApprovalState, Audience,
        queries::{self, LockedApproval},
        stream_of,
    },
    db::one_row,
    ids::ApprovalId,
    requests::{
        Column,
        commands::{may_work, operator, shift_in},
        lock::{self, LockedBoard, LockedRequest},
        position,
        unseen::{self, UnseenEntry},
    },
    runs,
    session::{Author, Choice, Part, RunState},
};

/// Answers a question with one of its options. The first answer counts; whoever comes later is told who gave it and
/// what it was. The run goes on, and the request with it once no other question is open.
///
/// # Errors
/// Field `answer` for a key that is none of the options; [`Error::Refused`] for the role billing and for a question
/// that was taken back.
pub async fn answer(db: &Db, scope: &Scope, approval: ApprovalId, key: &str) -> Result<AnswerOutcome> {
    may_work(scope)?;
    let mut tx = db.begin(scope).await?;
    let request = queries::request_of(&mut tx, scope, approval).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    let asked = queries::lock_in(&mut tx, scope, approval).await?;
    if asked.audience == Audience::Operator {
        operator(scope)?;
    }
    match asked.state {
        ApprovalState::Answered => return queries::winner_in(&mut tx, scope, approval, &asked).await,
        ApprovalState::Expired => return Ok(AnswerOutcome::Expired),
        ApprovalState::Open if asked.expires_at <= tx.now() => return Ok(AnswerOutcome::Expired),
        ApprovalState::Withdrawn => {
            return Err(Error::refused("This question was withdrawn. You don’t need to answer it."));
        }
        ApprovalState::Open => {}
    }
    let Some(choice) = asked.options.iter().find(|option| option.key == key).cloned() else {
        return Err(Error::Fields(FieldErrors::one("answer", "Choose one of the answers.")));
    };
    write(&mut tx, scope, approval, &choice).await?;
    append_answer(&mut tx, scope, &row, approval, &asked, &choice).await?;
    held.changed(&mut tx, scope, "approval", row.number).await?;
    mark_unseen_in(&mut tx, scope, &held, &row, &asked, &choice).await?;
    go_on(&mut tx, scope, &held, &row, &asked).await?;
    tx.commit().await?;
    let label = choice.label;
    Ok(match held.entitlement.goes_on() {
        Some(words) if !held.entitlement.may_finish() => {
            AnswerOutcome::Kept { label, goes_on: words.to_owned() }
        }
        _ => AnswerOutcome::Won { label },
    })
}

async fn write(tx: &mut Tx, scope: &Scope, approval: ApprovalId, choice: &Choice) -> Result<()> {
    let Some(person) = scope.person() else { return Err(Error::NotFound) };
    let now = tx.now();
    let done = sqlx::query!(
        "UPDATE approval SET state = 'answered', answer = $3, answered_by = $4, answered_at = $5
         WHERE workspace_id = $1 AND id = $2 AND state = 'open'",
        scope.workspace.0,
        approval.0,
        choice.key,
        person.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())
}

async fn append_answer(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    approval: ApprovalId,
    asked: &LockedApproval,
    choice: &Choice,
) -> Result<()> {
    let part = Part::DataAnswer { approval, label: Some(choice.label.clone()), expired: false };
    let events = lock::events(tx.now(), &Author::of(scope), [part]);
    tx.append(stream_of(row, asked.audience), &events).await
}

/// The other side hears of an answer to what a client was asked: the client, where an operator gave it for them; the desk,
/// where nobody at work reads it.
async fn mark_unseen_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    asked: &LockedApproval,
    choice: &Choice,
) -> Result<()> {
    if asked.audience == Audience::Operator {
        return Ok(());
    }
    let by_desk = scope.role() == Some(Role::Operator);
    if by_desk || !is_worked_on_in(tx, scope, held, row, asked).await? {
        let wrote = UnseenEntry::Answer { question: &asked.question, label: &choice.label };
        unseen::write_in(tx, scope, row, &wrote).await?;
    }
    Ok(())
}

/// Whether somebody goes on with the work as soon as the question is answered.
async fn is_worked_on_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    asked: &LockedApproval,
) -> Result<bool> {
    if !held.entitlement.may_finish() || runs::living_run_in(tx, scope, row, asked.run).await?.is_none() {
        return Ok(false);
    }
    // Whether an agent rests is the desk's own to see.
    let server = scope.by_the_server();
    tx.enter(&server).await?;
    let ready = agents::queries::if_ready_in(tx, &server, row.agent).await?;
    tx.enter(scope).await?;
    Ok(ready.is_some())
}

/// A question was settled: its run goes on, and its request is in progress again unless another one is open.
pub(super) async fn go_on(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    asked: &LockedApproval,
) -> Result<()> {
    if let Some(run) = runs::living_run_in(tx, scope, row, asked.run).await?
        && run.state == RunState::Suspended
    {
        runs::commands::resume_in(tx, scope, held, row, &run).await?;
    }
    if row.column != Column::Waiting || queries::is_client_asked_in(tx, scope, row).await? {
        return Ok(());
    }
    let position = position::end_in(tx, scope, held.client, Column::InProgress).await?;
    shift_in(tx, scope, held, row, Column::InProgress, position, &Author::system()).await
}
