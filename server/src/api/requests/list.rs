//! `GET /v1/requests`

use axum::{Json, extract::State};
use domain::{ids::ClientId, requests::queries, tokens::Right};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Column, RequestItem};
use crate::api::{Api, Caller, Problem, body::QueryParams, clients::page};

/// Which requests.
#[derive(Debug, Deserialize)]
pub struct RequestsQuery {
    #[serde(default)]
    client: Option<String>,
    #[serde(default)]
    column: Option<Column>,
    #[serde(default)]
    page: Option<u32>,
}

/// A page of requests.
#[derive(Debug, Serialize, ToSchema)]
pub struct Requests {
    /// The newest first.
    pub requests: Vec<RequestItem>,
    /// From 1.
    pub page: u32,
    /// Whether another page follows.
    pub more: bool,
}

/// The requests
#[utoipa::path(
    get, path = "/v1/requests", tag = "Desk", operation_id = "requests",
    params(
        ("client" = Option<String>, Query, description = "Of one client alone, by its id"),
        ("column" = Option<Column>, Query, description = "Of one column of the board"),
        ("page" = Option<u32>, Query, description = "From 1"),
    ),
    responses((status = 200, description = "A page of them", body = Requests)),
)]
pub(in crate::api) async fn list(
    State(api): State<Api>,
    caller: Caller,
    QueryParams(wanted): QueryParams<RequestsQuery>,
) -> Result<Json<Requests>, Problem> {
    let scope = caller.operator(Right::Read)?;
    let page = page(wanted.page)?;
    let scope = match &wanted.client {
        Some(client) => {
            let client: ClientId = client.parse().map_err(|_| Problem::not_found())?;
            if scope.client.is_some_and(|own| own != client) {
                return Err(Problem::not_found());
            }
            scope.within(client)
        }
        None => scope.clone(),
    };
    let found = queries::list(&api.app.db, &scope, wanted.column.map(Into::into), page).await?;
    let requests = found.cards.into_iter().map(RequestItem::from).collect();
    Ok(Json(Requests { requests, page, more: found.more }))
}
