//! `POST /v1/requests`

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use domain::{
    ids::ClientId,
    requests::{self, NewRequest, commands},
    tokens::Right,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    by_number,
    model::{Priority, Request},
};
use crate::api::{Api, Caller, Problem, body::Body};

/// A request to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The id of the client in whose name it is asked.
    pub client: String,
    #[schema(min_length = 1)]
    pub title: String,
    /// Markdown.
    #[schema(min_length = 1)]
    pub brief: String,
    #[serde(default)]
    pub priority: Priority,
    /// Into Up next, to be started as soon as a place is free; otherwise it is kept in the Backlog.
    #[serde(default = "yes")]
    pub queue: bool,
}

fn yes() -> bool {
    true
}

/// Ask for work in a client's name
///
/// Sent again under the same key, it is the same request. The same key with other words is refused.
#[utoipa::path(
    post, path = "/v1/requests", tag = "Desk", request_body = Ask, operation_id = "create_request",
    params(("Idempotency-Key" = String, Header, description = "1 to 200 characters of your own making, new for each request")),
    responses((status = 201, description = "The request", body = Request)),
)]
pub(in crate::api) async fn create(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    Body(ask): Body<Ask>,
) -> Result<(StatusCode, Json<Request>), Problem> {
    let scope = caller.operator(Right::Write)?;
    let key = key(&headers)?;
    let client: ClientId = ask.client.parse().map_err(|_| Problem::not_found())?;
    if scope.client.is_some_and(|own| own != client) {
        return Err(Problem::not_found());
    }
    let scope = scope.within(client);
    let new = NewRequest {
        title: ask.title.replace('\0', ""),
        brief: ask.brief.replace('\0', ""),
        priority: ask.priority.into(),
        queue: ask.queue,
        files: Vec::new(),
        form_key: Some(format!("{}-{key}", caller.bearer.token)),
    };
    let (title, brief) = (one_line(&new.title), new.brief.trim().to_owned());
    let number = commands::create(&api.app.db, &scope, new).await?;
    let made = by_number(&api, &scope, client, number).await?;
    if made.card.title != title || made.brief.trim() != brief {
        return Err(Problem::refused("That key was used for another request. Make a new one for each."));
    }
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// As titles are kept.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn key(headers: &HeaderMap) -> Result<&str, Problem> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default().trim();
    match key.len() {
        1..=200 => Ok(key),
        _ => Err(Problem::unreadable(
            "Send an Idempotency-Key of 1 to 200 characters: sent again, it is done once.",
        )),
    }
}

impl From<Priority> for requests::Priority {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Normal => Self::Normal,
            Priority::High => Self::High,
        }
    }
}

impl From<requests::Priority> for Priority {
    fn from(priority: requests::Priority) -> Self {
        match priority {
            requests::Priority::Low => Self::Low,
            requests::Priority::Normal => Self::Normal,
            requests::Priority::High => Self::High,
        }
    }
}
