//! `GET /v1/clients`

use axum::{Json, extract::State};
use domain::{
    Scope,
    clients::{self, ClientFilter, ClientRow},
    ids::ClientId,
    tokens::Right,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, Caller, Problem, body::QueryParams};

/// Which clients.
#[derive(Debug, Deserialize)]
pub struct ClientsQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: Option<u32>,
}

/// A page of clients.
#[derive(Debug, Serialize, ToSchema)]
pub struct Clients {
    /// By name.
    pub clients: Vec<ClientItem>,
    /// From 1.
    pub page: u32,
    /// Whether another page follows.
    pub more: bool,
}

/// A client.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClientOfDesk)]
pub struct ClientItem {
    #[schema(example = "cli_0197f0a1b2c37d4e8f90123456789abc")]
    pub id: String,
    pub name: String,
    /// The offer that it holds, as sold.
    pub offer: Option<String>,
    /// How its subscription stands: `awaiting_payment`, `active` or `paused`; none without one.
    pub subscription: Option<String>,
    /// Places that are taken, and how many there are.
    pub places_taken: u32,
    pub places: Option<u32>,
}

/// The clients
#[utoipa::path(
    get, path = "/v1/clients", tag = "Desk", operation_id = "clients",
    params(
        ("q" = Option<String>, Query, description = "Part of a name"),
        ("page" = Option<u32>, Query, description = "From 1"),
    ),
    responses((status = 200, description = "A page of them", body = Clients)),
)]
pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    QueryParams(wanted): QueryParams<ClientsQuery>,
) -> Result<Json<Clients>, Problem> {
    let scope = caller.operator(Right::Read)?;
    let page = page(wanted.page)?;
    let words = wanted.q.replace('\0', "");
    if let Some(only) = scope.client {
        return narrowed(&api, scope, only, &words, page).await.map(Json);
    }
    let found = clients::queries::list(&api.app.db, scope, &words, ClientFilter::Here, page).await?;
    let more = found.has_more();
    Ok(Json(Clients { clients: found.rows.into_iter().map(ClientItem::from).collect(), page, more }))
}

/// For a token that is narrowed to one client there is that one alone.
async fn narrowed(
    api: &Api,
    scope: &Scope,
    only: ClientId,
    words: &str,
    page: u32,
) -> Result<Clients, Problem> {
    let (db, wide) = (&api.app.db, Scope { client: None, ..scope.clone() });
    let client = clients::queries::get(db, &wide, only).await?;
    let wanted = page == 1 && client.name.to_lowercase().contains(&words.trim().to_lowercase());
    let named = clients::queries::list(db, &wide, &client.name, ClientFilter::Here, 1).await?;
    let row = named.rows.into_iter().find(|row| wanted && row.id == only);
    Ok(Clients { clients: row.map(ClientItem::from).into_iter().collect(), page, more: false })
}

/// Far beyond what anybody has.
const LAST: u32 = 100_000;

/// A page that there may be.
pub(super) fn page(asked: Option<u32>) -> Result<u32, Problem> {
    match asked.unwrap_or(1) {
        page @ 1..=LAST => Ok(page),
        _ => Err(Problem::invalid("Pages count from 1.")),
    }
}

impl From<ClientRow> for ClientItem {
    fn from(row: ClientRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            offer: row.offer,
            subscription: row.state.map(|state| state.as_str().to_owned()),
            places_taken: row.places.taken,
            places: row.places.allowed,
        }
    }
}
