//! `GET /v1/requests/{request}`

use axum::{Json, extract::State};
use domain::{ids::RequestId, tokens::Right};

use super::{find, model::RequestDetail};
use crate::api::{Api, Caller, Problem, path::Path};

/// A request
#[utoipa::path(
    get, path = "/v1/requests/{request}", tag = "Desk", operation_id = "request",
    params(("request" = String, Path, description = "The request's id")),
    responses((status = 200, description = "The request", body = RequestDetail)),
)]
pub(in crate::api) async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(request): Path<RequestId>,
) -> Result<Json<RequestDetail>, Problem> {
    let scope = caller.operator(Right::Read)?;
    Ok(Json(find(&api, scope, request).await?.into()))
}
