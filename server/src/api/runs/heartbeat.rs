//! `POST /v1/runs/{run}/heartbeat`

use axum::{Json, extract::State};
use domain::{
    ids::RunId,
    runs::{self, LeaseState},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{RunStatus, find, hold, lease};
use crate::api::{Api, Problem, bearer::Caller, body::JsonBody, path::Path};

/// A sign of life.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Beat)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatInput {
    pub attempt: u32,
    /// For how many seconds the lease is renewed: 10 to 600. 60 where nothing is said.
    #[serde(default)]
    #[schema(minimum = 10, maximum = 600)]
    pub lease: Option<u32>,
}

/// How the run stands now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lease {
    /// `working`, or `suspended` while a question is open. Beat on then: when it is answered, the lease that runs is a
    /// short one.
    pub state: RunStatus,
    /// When the lease runs out, in milliseconds since 1970; none while a question is open.
    pub lease_until: Option<i64>,
}

/// Renew the lease
#[utoipa::path(
    post, path = "/v1/runs/{run}/heartbeat", tag = "Runs", request_body = HeartbeatInput, operation_id = "heartbeat",
    params(("run" = String, Path, description = "The run's id")),
    responses((status = 200, description = "The run is this attempt's still", body = Lease)),
)]
pub async fn heartbeat(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<RunId>,
    JsonBody(beat): JsonBody<HeartbeatInput>,
) -> Result<Json<Lease>, Problem> {
    let claimed = hold(&api, &caller, run, beat.attempt).await?;
    if runs::commands::heartbeat(&api.app.db, &claimed, lease(beat.lease)?).await? == LeaseState::Lost {
        return Err(Problem::lost());
    }
    let now = find(&api, &caller, run).await?;
    now.claimed(beat.attempt)?;
    let lease_until = now.lease_until.map(|at| at.timestamp_millis());
    Ok(Json(Lease { state: now.state.into(), lease_until }))
}
