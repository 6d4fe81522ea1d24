//! Questions that suspend the run, and their answers.

use domain::{
    Db, Error, FieldErrors, Result,
    approvals::{self, ApprovalState, Audience, Question},
    audit::NewEntry,
    ids::ApprovalId,
    runs::ClaimedRun,
    session::Choice,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    AgentCaller,
    run_argument::{reads, writes},
};
use crate::mcp::{
    json::when,
    tool::{Tool, WriteResult},
};

/// How long a question stays open, in hours, unless the agent says otherwise.
const HOURS: u32 = 48;

pub(super) fn tools() -> Vec<Tool<AgentCaller>> {
    vec![
        writes(
            (
                "ask_client",
                "Ask the client",
                "Asks the client something that you cannot go on without. They choose one of the answers that you offer. \
                 Your run is suspended and the request's clock stands still until then; this returns at once with the \
                 question's id, and get_answer tells what came of it.",
            ),
            async |db, claimed, asked| ask(db, claimed, asked, Audience::Client, "ask_client").await,
        ),
        writes(
            (
                "request_approval",
                "Request an approval",
                "Asks the people who run the workspace, not the client, before something that goes out or cannot be taken \
                 back. Your run is suspended until they answer; this returns at once with the question's id, and \
                 get_answer tells what came of it.",
            ),
            async |db, claimed, asked| ask(db, claimed, asked, Audience::Operator, "request_approval").await,
        ),
        reads(
            (
                "get_answer",
                "Get an answer",
                "What came of a question: open, answered (with the answer), expired (go on in the way that commits the \
                 client to nothing) or withdrawn. While it is open, wait a while before you ask again.",
            ),
            get_answer,
        ),
    ]
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Ask")]
struct AskInput {
    /// One sentence: lists and mails show it.
    question: String,
    /// What one has to know to answer, as Markdown.
    #[serde(default)]
    detail: String,
    /// One to six answers to choose from; the first is what you advise.
    options: Vec<String>,
    /// How many hours it may be answered; default: 48.
    #[serde(default)]
    open_for_hours: Option<u32>,
}

async fn ask(
    db: Db,
    claimed: ClaimedRun,
    asked: AskInput,
    audience: Audience,
    what: &str,
) -> Result<WriteResult> {
    if !(1..=6).contains(&asked.options.len()) {
        return Err(Error::Fields(FieldErrors::one("options", "Offer one to six answers.")));
    }
    if asked.question.trim().is_empty() {
        return Err(Error::Fields(FieldErrors::one("question", "Ask something.")));
    }
    let option = |label: &String| Choice { key: label.trim().to_owned(), label: label.trim().to_owned() };
    let question = Question {
        question: asked.question,
        detail: asked.detail,
        options: asked.options.iter().map(option).collect(),
        open_for: i64::from(asked.open_for_hours.unwrap_or(HOURS)) * 3_600,
        audience,
    };
    let words = question.question.clone();
    let approval = approvals::commands::ask(&db, &claimed, question).await?;
    let entry = NewEntry::done(what, words).of(claimed.client);
    Ok((json!({ "question": approval, "state": "open" }), entry))
}

#[derive(Deserialize, JsonSchema)]
struct GetAnswer {
    /// The id that ask_client or request_approval returned.
    question: String,
}

async fn get_answer(worker: AgentCaller, claimed: ClaimedRun, asked: GetAnswer) -> Result<Value> {
    let id: ApprovalId = asked.question.parse().map_err(|_| Error::NotFound)?;
    let found = approvals::queries::get(&worker.db, &claimed.scope, id).await?;
    if found.request != claimed.request {
        return Err(Error::NotFound);
    }
    let by = found.answered_by.filter(|_| found.state == ApprovalState::Answered);
    Ok(json!({
        "question": id,
        "state": found.state.as_str(),
        "answer": found.answer,
        "by": by,
        "at": found.answered_at.and_then(when),
        "open_until": when(found.expires_at),
    }))
}
