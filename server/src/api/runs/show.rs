//! `GET /v1/runs/{run}`

use axum::{Json, extract::State};
use domain::ids::RunId;

use super::{Run, find};
use crate::api::{Api, Problem, bearer::Caller, path::Path};

/// A run as it stands
///
/// With everything to work from: whoever lost its memory goes on from here. It stays readable after it has ended.
#[utoipa::path(
    get, path = "/v1/runs/{run}", tag = "Runs", operation_id = "run",
    params(("run" = String, Path, description = "The run's id")),
    responses((status = 200, description = "The run", body = Run)),
)]
pub async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<RunId>,
) -> Result<Json<Run>, Problem> {
    let run = find(&api, &caller, run).await?;
    Ok(Json(Run::read(&api.app.db, &run).await?))
}
