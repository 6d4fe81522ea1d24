//! `POST /v1/runs/{run}/deliverables`

use axum::{Json, extract::State, http::StatusCode};
use domain::{
    deliverables::{self, Content},
    ids::RunId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hold;
use crate::api::{Api, Problem, bearer::Caller, body::JsonBody, path::Path};

/// Something to deliver.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeliverable {
    pub attempt: u32,
    /// Its name. The same name again is its next version.
    #[schema(min_length = 1)]
    pub title: String,
    /// Markdown, up to a megabyte.
    #[schema(min_length = 1)]
    pub body: String,
}

/// What was delivered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivered)]
pub struct DeliveredVersion {
    /// From 1.
    pub version: u32,
}

/// Deliver
///
/// It stands in the conversation at once; the client reviews it when the run ends for review. The same text again is
/// not another version.
#[utoipa::path(
    post, path = "/v1/runs/{run}/deliverables", tag = "Runs", request_body = NewDeliverable,
    operation_id = "deliver",
    params(("run" = String, Path, description = "The run's id")),
    responses((status = 201, description = "It is delivered", body = DeliveredVersion)),
)]
pub async fn deliver(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<RunId>,
    JsonBody(new): JsonBody<NewDeliverable>,
) -> Result<(StatusCode, Json<DeliveredVersion>), Problem> {
    let claimed = hold(&api, &caller, run, new.attempt).await?;
    let version =
        deliverables::commands::put(&api.app.db, &claimed, &new.title, Content::Body(new.body)).await?;
    Ok((StatusCode::CREATED, Json(DeliveredVersion { version })))
}
