//! `GET /v1/runs/{run}/files/{file}`

use app::web::file_response;
use axum::{extract::State, response::Response};
use domain::ids::{FileId, RunId};

use super::find;
use crate::api::{Api, Problem, bearer::Caller, path::Path};

/// The bytes of a file of the request
#[utoipa::path(
    get, path = "/v1/runs/{run}/files/{file}", tag = "Runs", operation_id = "file",
    params(
        ("run" = String, Path, description = "The run's id"),
        ("file" = String, Path, description = "The file's id"),
    ),
    responses((status = 200, description = "The file, of its own type", content_type = "*/*")),
)]
pub async fn file(
    State(api): State<Api>,
    caller: Caller,
    Path((run, file)): Path<(RunId, FileId)>,
) -> Result<Response, Problem> {
    let run = find(&api, &caller, run).await?;
    let assignment = run.assignment(&api.app.db).await?;
    let file = assignment.files.into_iter().find(|of| of.id == file).ok_or_else(Problem::not_found)?;
    Ok(file_response(&api.app, run.scope.workspace, &file).await?)
}
