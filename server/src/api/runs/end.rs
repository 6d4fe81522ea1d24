//! `POST /v1/runs/{run}/end`

use axum::{Json, extract::State};
use domain::{
    controls::{self, ControlKind},
    deliverables,
    ids::RunId,
    runs::{self, ClaimedRun, PulledRun},
    session::RunState,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{RunStatus, find};
use crate::api::{Api, Problem, bearer::Caller, body::JsonBody, path::Path};

/// How the attempt ends.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = End)]
#[serde(deny_unknown_fields)]
pub struct EndInput {
    pub attempt: u32,
    pub outcome: Ending,
    /// Of an answer: what it came to, as Markdown.
    #[serde(default)]
    pub result: String,
    /// Of a failure: what happened and what to do, in words that the client understands.
    #[serde(default)]
    pub words: String,
    /// Of a failure: why, for the operators. It stays backstage.
    #[serde(default)]
    pub reason: String,
}

/// The ways to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Done: what was delivered goes before the client.
    Review,
    /// Of a sub-run, done: `result` goes to the agent that asked.
    Answered,
    /// It cannot be done; `words` say why.
    Failed,
    /// Somebody asked to stop, and the agent has stopped.
    Stopped,
    /// The agent leaves: the run goes back to the queue at once, and the attempt does not count against it.
    Released,
}

/// How the run stands after it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ended)]
pub struct EndAnswer {
    pub state: RunStatus,
}

/// End the attempt
///
/// Sent again, it is answered as the first time.
#[utoipa::path(
    post, path = "/v1/runs/{run}/end", tag = "Runs", request_body = EndInput, operation_id = "end",
    params(("run" = String, Path, description = "The run's id")),
    responses((status = 200, description = "It has ended", body = EndAnswer)),
)]
pub async fn end(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<RunId>,
    JsonBody(end): JsonBody<EndInput>,
) -> Result<Json<EndAnswer>, Problem> {
    let found = find(&api, &caller, run).await?;
    if !has_ended_so(&found, &end) {
        let claimed = found.claimed(end.attempt)?;
        write(&api, &found, &claimed, &end).await?;
    }
    let state = find(&api, &caller, run).await?.state.into();
    Ok(Json(EndAnswer { state }))
}

/// The answer to a call may have got lost.
fn has_ended_so(run: &PulledRun, end: &EndInput) -> bool {
    let ended = match end.outcome {
        Ending::Review | Ending::Answered => RunState::Completed,
        Ending::Failed => RunState::Failed,
        Ending::Stopped => RunState::Cancelled,
        Ending::Released => RunState::Queued,
    };
    run.attempt == end.attempt && run.state == ended
}

async fn write(api: &Api, run: &PulledRun, claimed: &ClaimedRun, end: &EndInput) -> Result<(), Problem> {
    let db = &api.app.db;
    runs::commands::append_held_back(db, claimed).await?;
    match end.outcome {
        Ending::Review => deliverables::commands::submit_for_review(db, claimed).await?,
        Ending::Answered => runs::commands::answer(db, claimed, &end.result).await?,
        Ending::Failed => runs::commands::fail_because(db, claimed, &end.words, &end.reason).await?,
        Ending::Released => runs::commands::release(db, claimed).await?,
        Ending::Stopped => stop(api, run, claimed).await?,
    }
    Ok(())
}

async fn stop(api: &Api, run: &PulledRun, claimed: &ClaimedRun) -> Result<(), Problem> {
    let db = &api.app.db;
    let pending = run.pending(db).await?;
    let Some(stop) = pending.into_iter().find(|control| control.kind == ControlKind::Stop) else {
        return Err(Problem::refused("No one asked to stop. End it as released, or continue."));
    };
    let why = "Everything so far is saved.";
    controls::commands::settle(db, &claimed.scope, stop.id, controls::Outcome::Done, why).await?;
    Ok(())
}
