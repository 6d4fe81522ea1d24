//! `POST /v1/runs/{run}/sub_runs`

use axum::{Json, extract::State, http::StatusCode};
use domain::{ids::RunId, runs};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hold;
use crate::api::{Api, Problem, bearer::Caller, body::JsonBody, path::Path};

/// A part of the work for another agent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubRun {
    pub attempt: u32,
    /// Who is to help: the name of another agent that is ready and works for the client.
    #[schema(min_length = 1)]
    pub agent: String,
    /// What there is to do, and what to answer with.
    #[schema(min_length = 1, max_length = 8_000)]
    pub task: String,
}

/// The sub-run, queued.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Begun)]
pub struct QueuedSubRun {
    /// The sub-run's id: it names it among the run's `sub_runs` and the signals.
    pub run: String,
}

/// Have another agent help
///
/// It works on the task in a run of its own, in the same session and under its own name. A `helped` signal says that it
/// has ended; what it came to stands in the run's `sub_runs`. The same task sent again for the same agent is the same
/// sub-run, unless that one failed or was taken off. It ends with your run at the latest.
#[utoipa::path(
    post, path = "/v1/runs/{run}/sub_runs", tag = "Runs", request_body = NewSubRun, operation_id = "delegate",
    params(("run" = String, Path, description = "The run's id")),
    responses((status = 201, description = "It is queued", body = QueuedSubRun)),
)]
pub async fn delegate(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<RunId>,
    JsonBody(asked): JsonBody<NewSubRun>,
) -> Result<(StatusCode, Json<QueuedSubRun>), Problem> {
    let claimed = hold(&api, &caller, run, asked.attempt).await?;
    let run = runs::commands::delegate(&api.app.db, &claimed, &asked.agent, &asked.task).await?;
    Ok((StatusCode::CREATED, Json(QueuedSubRun { run: run.to_string() })))
}
