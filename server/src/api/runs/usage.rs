//! `POST /v1/runs/{run}/usage`

use axum::{extract::State, http::StatusCode};
use domain::{
    bounds,
    costs::{self, UsageReport},
    ids::RunId,
    runs,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::find;
use crate::api::{Api, Problem, bearer::Caller, body::JsonBody, path::Path};

/// What the work has used. A report holds at most 1,000,000,000,000 tokens of each kind, and as many micros.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Usage)]
#[serde(deny_unknown_fields)]
pub struct UsageInput {
    /// The attempt that used it.
    pub attempt: u32,
    /// Names the report within its run: the same again replaces it, so that one that counts on is not counted twice.
    #[schema(min_length = 1, max_length = 200)]
    pub key: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub model: String,
    /// Those from a cache included.
    #[serde(default)]
    pub input_tokens: u64,
    #[serde(default)]
    pub cached_tokens: u64,
    #[serde(default)]
    pub output_tokens: u64,
    /// What it cost, in millionths of a US dollar, where the agent knows it.
    #[serde(default)]
    pub micros: Option<u64>,
}

/// Report what the work has used
///
/// It counts whatever has become of the run since: it was used. Where the next step could pass a limit of the month,
/// the run is suspended until an operator has decided.
#[utoipa::path(
    post, path = "/v1/runs/{run}/usage", tag = "Runs", request_body = UsageInput, operation_id = "report_usage",
    params(("run" = String, Path, description = "The run's id")),
    responses((status = 204, description = "It is noted")),
)]
pub async fn spend(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<RunId>,
    JsonBody(usage): JsonBody<UsageInput>,
) -> Result<StatusCode, Problem> {
    let run = find(&api, &caller, run).await?;
    if usage.attempt == 0 || usage.attempt > run.attempt {
        return Err(Problem::invalid("There has been no such attempt."));
    }
    if usage.key.replace('\0', "").is_empty() {
        return Err(Problem::invalid("Give the report a key."));
    }
    let tokens = [usage.input_tokens, usage.cached_tokens, usage.output_tokens];
    if tokens.into_iter().any(|tokens| tokens > bounds::TOKENS) || usage.micros > Some(bounds::MICROS) {
        let words =
            "One report holds at most 1,000,000,000,000 tokens of each kind, and 1,000,000,000,000 micros.";
        return Err(Problem::invalid(words));
    }
    let spent = UsageReport {
        key: usage.key,
        model: usage.model,
        input_tokens: usage.input_tokens,
        cached_tokens: usage.cached_tokens,
        output_tokens: usage.output_tokens,
        micros: usage.micros,
    };
    costs::commands::record(&api.app.db, &run.latest(), &spent).await?;
    // One that is not at work any more has nothing to be held back from.
    match costs::gate::enforce(&api.app.db, &run.latest()).await {
        Err(error) if !runs::is_lost(&error) => return Err(error.into()),
        _ => {}
    }
    Ok(StatusCode::NO_CONTENT)
}
