//! Runs for agents that fetch their work: any program claims a run, keeps its lease, writes to the session and follows
//! it for what people say. Nothing is kept here between two calls, so a server may come and go.

pub(super) mod claim;
mod cursor;
pub(super) mod deliverables;
pub(super) mod end;
pub(super) mod events;
pub(super) mod files;
pub(super) mod heartbeat;
mod model;
pub(super) mod parts;
pub(super) mod questions;
mod run_json;
pub(super) mod show;
pub(super) mod signals;
pub(super) mod steers;
pub(super) mod sub_runs;
pub(super) mod usage;

use std::time::Duration;

use axum::routing::{get, post};
use domain::{
    ids::RunId,
    runs::{self, ClaimedRun, PulledRun},
};

use model::{Run, RunStatus};
use parts::WrittenPart;

use super::{Api, Problem, bearer::Caller};
use crate::routes::Routes;

/// How long a run stays with an agent that is not heard of, unless it asks for another time.
const LEASE: u32 = 60;
const LEASES: std::ops::RangeInclusive<u32> = 10..=600;
/// The longest that an answer is held back for something to come.
const WAIT: u32 = 30;

/// What is begun is finished, whoever still listens.
pub(super) fn routes() -> Routes<Api> {
    Routes::new()
        .route("/v1/runs/{run}", get(show::show))
        .route("/v1/runs/{run}/heartbeat", post(heartbeat::heartbeat))
        .route("/v1/runs/{run}/events", post(events::append))
        .route("/v1/runs/{run}/files/{file}", get(files::file))
        .route("/v1/runs/{run}/questions", post(questions::ask))
        .route("/v1/runs/{run}/deliverables", post(deliverables::deliver))
        .route("/v1/runs/{run}/usage", post(usage::spend))
        .route("/v1/runs/{run}/steers/{control}", post(steers::settle))
        .route("/v1/runs/{run}/sub_runs", post(sub_runs::delegate))
        .route("/v1/runs/{run}/end", post(end::end))
}

/// These wait, and give up with whoever waits.
pub(super) fn waiting() -> Routes<Api> {
    Routes::new()
        .route("/v1/runs/claim", post(claim::claim))
        .route("/v1/runs/{run}/signals", get(signals::signals))
}

/// A run of the agent that calls.
async fn find(api: &Api, caller: &Caller, run: RunId) -> Result<PulledRun, Problem> {
    let scope = caller.agent()?;
    Ok(runs::queries::get_pulled(&api.app.db, scope, run).await?)
}

/// A run in the hands of the attempt that calls.
async fn hold(api: &Api, caller: &Caller, run: RunId, attempt: u32) -> Result<ClaimedRun, Problem> {
    Ok(find(api, caller, run).await?.claimed(attempt)?)
}

/// The lease that an agent asks for.
fn lease(asked: Option<u32>) -> Result<Duration, Problem> {
    let seconds = asked.unwrap_or(LEASE);
    match LEASES.contains(&seconds) {
        true => Ok(Duration::from_secs(seconds.into())),
        false => Err(Problem::invalid("A lease lasts from 10 to 600 seconds.")),
    }
}

/// How long to hold an answer back.
fn wait(asked: Option<u32>) -> Duration {
    Duration::from_secs(asked.unwrap_or(0).min(WAIT).into())
}
