//! `POST /v1/runs/{run}/questions`

use axum::{Json, extract::State, http::StatusCode};
use domain::{
    approvals::{self, ApprovalState},
    ids::{ApprovalId, RunId},
    runs::ClaimedRun,
    session,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hold;
use crate::api::{Api, Problem, bearer::Caller, body::JsonBody, path::Path};

/// How long a question may be answered unless something else is said: two days.
const OPEN_FOR: u32 = 2 * 86_400;
const LONGEST: usize = 10_000;

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuestion {
    pub attempt: u32,
    /// One sentence; it is what lists and mails show.
    #[schema(min_length = 1, max_length = 10_000)]
    pub question: String,
    /// Markdown.
    #[serde(default)]
    pub detail: String,
    /// One to six; the first is what the agent advises.
    #[schema(min_items = 1, max_items = 6)]
    pub options: Vec<QuestionChoice>,
    /// How many seconds it may be answered: a minute to sixty days. Two days where nothing is said.
    #[serde(default)]
    #[schema(minimum = 60, maximum = 5_184_000)]
    pub open_for: Option<u32>,
    #[serde(default)]
    pub audience: QuestionAudience,
}

/// An answer to choose.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[serde(rename = "Choice")]
#[schema(as = Choice)]
pub struct QuestionChoice {
    #[schema(min_length = 1)]
    pub key: String,
    #[schema(min_length = 1)]
    pub label: String,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[schema(as = Audience)]
#[serde(rename_all = "snake_case")]
pub enum QuestionAudience {
    /// The client: the request waits on them, and its clock stands still.
    #[default]
    Client,
    /// The operators, backstage.
    Operator,
}

/// The question, as it was asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Opened)]
pub struct OpenedQuestion {
    /// Names it among the signals and the run's questions.
    pub approval: String,
}

/// Ask, and wait for the answer
///
/// The run is suspended: no lease runs, and the answer comes as a signal. Beat on meanwhile, or claim the run anew when
/// it was answered. The same question sent again while it is open is the same question.
#[utoipa::path(
    post, path = "/v1/runs/{run}/questions", tag = "Runs", request_body = NewQuestion, operation_id = "ask",
    params(("run" = String, Path, description = "The run's id")),
    responses((status = 201, description = "It is asked, and the run is suspended", body = OpenedQuestion)),
)]
pub async fn ask(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<RunId>,
    JsonBody(asked): JsonBody<NewQuestion>,
) -> Result<(StatusCode, Json<OpenedQuestion>), Problem> {
    let claimed = hold(&api, &caller, run, asked.attempt).await?;
    let question = checked(asked)?;
    let approval = match open(&api, &claimed, &question.question).await? {
        Some(open) => open,
        None => approvals::commands::ask(&api.app.db, &claimed, question).await?,
    };
    Ok((StatusCode::CREATED, Json(OpenedQuestion { approval: approval.to_string() })))
}

/// The same question, where it is open already: the answer to a call may have got lost.
async fn open(api: &Api, claimed: &ClaimedRun, words: &str) -> Result<Option<ApprovalId>, Problem> {
    let asked = approvals::queries::of_run(&api.app.db, &claimed.scope, claimed.run).await?;
    let same = |other: &approvals::Approval| other.state == ApprovalState::Open && other.question == words;
    Ok(asked.into_iter().find(same).map(|question| question.id))
}

fn checked(asked: NewQuestion) -> Result<approvals::Question, Problem> {
    let clean = |text: &str| text.replace('\0', "").trim().to_owned();
    let (question, detail) = (clean(&asked.question), clean(&asked.detail));
    if question.is_empty() {
        return Err(Problem::invalid("A question needs words."));
    }
    if question.chars().count() > LONGEST || detail.chars().count() > LONGEST {
        return Err(Problem::invalid("A question holds 10,000 characters, and its detail as many."));
    }
    let options: Vec<session::Choice> = asked
        .options
        .iter()
        .map(|choice| session::Choice { key: clean(&choice.key), label: clean(&choice.label) })
        .filter(|choice| !choice.key.is_empty() && !choice.label.is_empty())
        .collect();
    if options.is_empty() || asked.options.len() > 6 {
        return Err(Problem::invalid("A question needs one to six answers, each with a key and a label."));
    }
    Ok(approvals::Question {
        question,
        detail,
        options,
        open_for: asked.open_for.unwrap_or(OPEN_FOR).into(),
        audience: match asked.audience {
            QuestionAudience::Client => approvals::Audience::Client,
            QuestionAudience::Operator => approvals::Audience::Operator,
        },
    })
}
