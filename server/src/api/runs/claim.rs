//! `POST /v1/runs/claim`

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{
    costs,
    runs::{self, ClaimedRun},
};
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};
use utoipa::ToSchema;

use super::{Run, lease, wait};
use crate::api::{Api, Problem, bearer::Caller, body::JsonBody};

/// How often the queue is looked at while an agent waits: what a client waits before the work begins.
const LOOK: Duration = Duration::from_millis(500);

/// How to claim.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = Claim)]
#[serde(deny_unknown_fields)]
pub struct ClaimInput {
    /// Wait for so many seconds until there is something: 0 to 30.
    #[serde(default)]
    #[schema(maximum = 30)]
    pub wait: Option<u32>,
    /// How long the run stays with an agent that is not heard of, in seconds: 10 to 600. 60 where nothing is said.
    #[serde(default)]
    #[schema(minimum = 10, maximum = 600)]
    pub lease: Option<u32>,
}

/// Claim the agent's run that has waited longest
///
/// However many ask at once, one gets it. Renew the lease with heartbeats before it runs out; otherwise the run goes to
/// its next attempt, and everything that this one says is refused.
#[utoipa::path(
    post, path = "/v1/runs/claim", tag = "Runs", request_body = ClaimInput, operation_id = "claim",
    responses(
        (status = 200, description = "A run, with everything to work from", body = Run),
        (status = 204, description = "There is nothing to do"),
    ),
)]
pub async fn claim(
    State(api): State<Api>,
    caller: Caller,
    JsonBody(asked): JsonBody<ClaimInput>,
) -> Result<Response, Problem> {
    caller.agent()?;
    let lease = lease(asked.lease)?;
    let until = Instant::now() + wait(asked.wait);
    loop {
        if let Some(claimed) = take(&api, &caller, lease).await? {
            let run = runs::queries::get_pulled(&api.app.db, &claimed.scope, claimed.run).await?;
            return Ok(Json(Run::read(&api.app.db, &run).await?).into_response());
        }
        let look = Instant::now() + LOOK;
        if look > until || api.stop.run_until_cancelled(sleep_until(look)).await.is_none() {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        // It may have been revoked meanwhile.
        if !api.gate.still(&caller).await {
            return Err(Problem::unauthorized());
        }
    }
}

/// A claim that was begun is finished, whoever still listens; waiting for one is not.
async fn take(api: &Api, caller: &Caller, lease: Duration) -> Result<Option<ClaimedRun>, Problem> {
    let (db, scope, token) = (api.app.db.clone(), caller.agent()?.clone(), caller.bearer.token);
    let claim = tokio::spawn(async move {
        loop {
            let Some(claimed) = runs::commands::claim_for(&db, &scope, &token.to_string(), lease).await?
            else {
                return Ok::<_, domain::Error>(None);
            };
            // One that a limit holds waits for an operator now; there may be others.
            if costs::gate::enforce(&db, &claimed).await? {
                return Ok(Some(claimed));
            }
        }
    });
    match claim.await {
        Ok(claimed) => Ok(claimed?),
        Err(ended) => Err(Problem::ours(&ended)),
    }
}
