use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Db, Error, Result, Tx,
    approvals::{Audience, Question, queries, stream_of},
    ids::ApprovalId,
    mail,
    requests::{
        Column,
        commands::shift_in,
        lock::{LockedBoard, LockedRequest},
        position,
    },
    runs::{self, ClaimedRun},
    secret,
    session::{Author, Choice, Part},
    webhooks::{
        EventKind,
        commands::{enqueue, with_fields},
    },
};

/// The shortest and longest time that a question is open: a minute, and sixty days.
const OPEN_SECONDS: std::ops::RangeInclusive<i64> = 60..=60 * 86_400;
const MOST_OPTIONS: usize = 6;

/// Asks a question and suspends the run until it is answered. A question to the client puts the request into Waiting on
/// you, stops its clock and sends a mail; one to the operators stays backstage, and the clock runs on.
///
/// # Errors
/// As [`runs::is_lost`] tells; [`Error::Broken`] for a question without words or options; [`Error::Refused`] where a
/// sub-run asks the client.
pub async fn ask(db: &Db, claimed: &ClaimedRun, question: Question) -> Result<ApprovalId> {
    let id = ApprovalId::new();
    ask_as(db, claimed, id, question).await?;
    Ok(id)
}

/// The same under an id that the asker can make again, so that no later attempt asks it twice. The run is suspended by
/// the first call alone.
///
/// # Errors
/// As [`ask`].
pub async fn ask_as(db: &Db, claimed: &ClaimedRun, id: ApprovalId, question: Question) -> Result<()> {
    ask_with_key(db, claimed, id, None, question).await
}

/// Asks unless the run's question of this key is open: a program whose connection broke asks the same again. Answers the
/// question's id, and whether it was asked now.
///
/// # Errors
/// As [`ask`].
pub async fn ask_once(
    db: &Db,
    claimed: &ClaimedRun,
    key: &str,
    question: Question,
) -> Result<(ApprovalId, bool)> {
    if let Some(open) = queries::find_open(db, claimed, key).await? {
        return Ok((open, false));
    }
    let id = ApprovalId::new();
    ask_with_key(db, claimed, id, Some(key), question).await?;
    Ok((id, true))
}

async fn ask_with_key(
    db: &Db,
    claimed: &ClaimedRun,
    id: ApprovalId,
    key: Option<&str>,
    question: Question,
) -> Result<()> {
    let question = redacted(claimed, checked(question)?);
    if question.audience == Audience::Client {
        runs::commands::may_hand_over(claimed)?;
    }
    let mut tx = db.begin(&claimed.scope).await?;
    let (held, row) = runs::commands::lock_claim(&mut tx, claimed).await?;
    if queries::is_asked_in(&mut tx, claimed, id).await? {
        return Ok(());
    }
    let expires =
        tx.now() + TimeDelta::seconds(question.open_for.clamp(*OPEN_SECONDS.start(), *OPEN_SECONDS.end()));
    insert(&mut tx, claimed, id, key, &question, expires).await?;
    append_question(&mut tx, claimed, &row, id, &question, expires).await?;
    runs::commands::suspend_in(&mut tx, &held, &row, claimed).await?;
    held.changed(&mut tx, &claimed.scope, "approval", row.number).await?;
    let asked = [
        ("approval", id.to_string().into()),
        ("run", claimed.run.to_string().into()),
        ("audience", question.audience.as_str().into()),
        ("question", question.question.as_str().into()),
    ];
    let told = with_fields(row.webhook_data(), asked);
    enqueue(&mut tx, &claimed.scope, EventKind::ApprovalAsked, told).await?;
    match question.audience {
        Audience::Client => wait_on_client(&mut tx, claimed, &held, &row, &question, expires).await?,
        Audience::Operator => mail_operators(&mut tx, claimed, &held, &row, &question).await?,
    }
    tx.commit().await
}

/// A model's words, put in order: what is empty or repeated would be a button that says nothing.
fn checked(question: Question) -> Result<Question> {
    let clean = |text: &str| text.replace('\0', "").trim().to_owned();
    let mut options: Vec<Choice> = Vec::new();
    for Choice { key, label } in question.options {
        let choice = Choice { key: clean(&key), label: clean(&label) };
        let known = options.iter().any(|other| other.key == choice.key);
        if !known && !choice.key.is_empty() && !choice.label.is_empty() {
            options.push(choice);
        }
    }
    options.truncate(MOST_OPTIONS);
    let words = clean(&question.question);
    if words.is_empty() || options.is_empty() {
        return Err(Error::Broken("a question needs words and an answer to choose".into()));
    }
    Ok(Question { question: words, detail: clean(&question.detail), options, ..question })
}

fn redacted(claimed: &ClaimedRun, question: Question) -> Question {
    let option = |Choice { key, label }| Choice { key, label: claimed.redact(&label) };
    Question {
        question: claimed.redact(&question.question),
        detail: claimed.redact(&question.detail),
        options: question.options.into_iter().map(option).collect(),
        ..question
    }
}

async fn insert(
    tx: &mut Tx,
    claimed: &ClaimedRun,
    id: ApprovalId,
    key: Option<&str>,
    question: &Question,
    expires: DateTime<Utc>,
) -> Result<()> {
    let options = serde_json::to_value(&question.options).map_err(|e| Error::Broken(e.to_string()))?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO approval (id, workspace_id, client_id, request_id, run_id, question, detail, options, audience,
                               expires_at, created_at, key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        id.0,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.request.0,
        claimed.run.0,
        question.question,
        question.detail,
        options,
        question.audience.as_str(),
        expires,
        now,
        key.map(secret::hash),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn append_question(
    tx: &mut Tx,
    claimed: &ClaimedRun,
    row: &LockedRequest,
    id: ApprovalId,
    question: &Question,
    expires: DateTime<Utc>,
) -> Result<()> {
    let part = Part::DataApproval {
        approval: id,
        question: question.question.clone(),
        detail: question.detail.clone(),
        options: question.options.clone(),
        expires: expires.timestamp_millis(),
    };
    let events = claimed.events(tx.now(), [part]);
    tx.append(stream_of(row, question.audience), &events).await
}

async fn wait_on_client(
    tx: &mut Tx,
    claimed: &ClaimedRun,
    held: &LockedBoard,
    row: &LockedRequest,
    question: &Question,
    expires: DateTime<Utc>,
) -> Result<()> {
    let scope = &claimed.scope;
    if row.column == Column::InProgress {
        let position = position::end_in(tx, scope, held.client, Column::Waiting).await?;
        shift_in(tx, scope, held, row, Column::Waiting, position, &Author::of(scope)).await?;
    }
    let subject = format!("{} has a question about “{}”", claimed.agent_name, row.title);
    let body = format!(
        "{} is working on “{}” and has a question for you:\n\n{}\n\n{}The clock is paused until you answer. Please answer \
         by {}:\n{{link:/portal/requests/{}}}\n",
        mail::plain(&claimed.agent_name),
        mail::plain(&row.title),
        mail::plain(&question.question),
        answers(&question.options),
        mail::time(expires),
        row.number,
    );
    mail::commands::queue_to_members_in(tx, scope, held.client, &subject, &body).await
}

/// The answers to choose from, a line each, and an empty line.
fn answers(options: &[Choice]) -> String {
    let lines: String = options.iter().map(|option| format!("- {}\n", mail::plain(&option.label))).collect();
    format!("{lines}\n")
}

async fn mail_operators(
    tx: &mut Tx,
    claimed: &ClaimedRun,
    held: &LockedBoard,
    row: &LockedRequest,
    question: &Question,
) -> Result<()> {
    let subject = format!("{} has a question: {} #{}", claimed.agent_name, held.client_name, row.number);
    let body = format!("{}\n\nAnswer it from your desk: {{link:/desk}}\n", mail::plain(&question.question));
    mail::commands::queue_to_operators_in(tx, &claimed.scope, &subject, &body).await
}
