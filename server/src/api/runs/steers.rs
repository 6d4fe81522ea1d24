//! `POST /v1/runs/{run}/steers/{control}`

use axum::{Json, extract::State};
use domain::{
    controls,
    ids::{ControlId, RunId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hold;
use crate::api::{Api, Problem, bearer::Caller, body::JsonBody, path::Path};

/// The longest reason, in characters.
const REASON: usize = 2_000;

/// What the agent made of something that was said to it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Settlement)]
#[serde(deny_unknown_fields)]
pub struct SteerAnswerInput {
    pub attempt: u32,
    pub outcome: SteerOutcome,
    /// In a sentence, for whoever said it.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    pub reason: String,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[serde(rename = "Outcome")]
#[schema(as = Outcome)]
pub enum SteerOutcome {
    /// It is taken up.
    Done,
    /// It is not; the reason says why.
    Refused,
}

/// Whether the answer counts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settled)]
pub struct SteerAnswer {
    /// False where it was settled before: by an answer that came sooner, or because nobody answered in time.
    pub settled: bool,
}

/// Answer what was said to the agent at work
///
/// Within a minute of hearing it; afterwards whoever said it reads that nobody answered.
#[utoipa::path(
    post, path = "/v1/runs/{run}/steers/{control}", tag = "Runs", request_body = SteerAnswerInput,
    operation_id = "answer_steer",
    params(
        ("run" = String, Path, description = "The run's id"),
        ("control" = String, Path, description = "The steer's id, from a signal"),
    ),
    responses((status = 200, description = "It is answered", body = SteerAnswer)),
)]
pub async fn settle(
    State(api): State<Api>,
    caller: Caller,
    Path((run, control)): Path<(RunId, ControlId)>,
    JsonBody(answer): JsonBody<SteerAnswerInput>,
) -> Result<Json<SteerAnswer>, Problem> {
    let claimed = hold(&api, &caller, run, answer.attempt).await?;
    let db = &api.app.db;
    controls::queries::require_steer(db, &claimed, control).await?;
    let outcome = match answer.outcome {
        SteerOutcome::Done => controls::Outcome::Done,
        SteerOutcome::Refused => controls::Outcome::Refused,
    };
    let reason: String = answer.reason.replace('\0', "").trim().chars().take(REASON).collect();
    let settled = controls::commands::settle(db, &claimed.scope, control, outcome, &reason).await?;
    Ok(Json(SteerAnswer { settled }))
}
