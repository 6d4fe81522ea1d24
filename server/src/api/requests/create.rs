//! `POST /v1/requests`

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use domain::{
    Actor, Db, Error, Scope,
    audit::{self, AuditOutcome, NewEntry},
    idempotency::{Call, once},
    ids::ClientId,
    requests::{self, NewRequest, commands, queries},
    tokens::Right,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    by_number,
    model::{Priority, RequestDetail},
};
use crate::api::{Api, Caller, Problem, body::JsonBody};

/// As the audit log has it.
const WHAT: &str = "create_request";

/// A request to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Ask)]
#[serde(deny_unknown_fields)]
pub struct NewRequestInput {
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
    post, path = "/v1/requests", tag = "Desk", request_body = NewRequestInput, operation_id = "create_request",
    params(("Idempotency-Key" = String, Header, description = "1 to 200 characters of your own making, new for each request")),
    responses((status = 201, description = "The request", body = RequestDetail)),
)]
pub(in crate::api) async fn create(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(ask): JsonBody<NewRequestInput>,
) -> Result<(StatusCode, Json<RequestDetail>), Problem> {
    let (db, by) = (&api.app.db, caller.by());
    let scope = match caller.operator(Right::Write) {
        Ok(scope) => scope,
        Err(problem) => return Err(turned_away(db, &caller, problem).await),
    };
    let key = key(&headers)?;
    let arguments = serde_json::to_value(&ask).map_err(|error| Error::Broken(error.to_string()))?;
    let call = Call { by: &by, what: WHAT, key: Some(key), arguments: &arguments };
    let own = scope.clone();
    let made = once(db, scope, call, async move |db| make(&db, &own, ask).await).await;
    let made = made.map_err(|error| match error {
        Error::Fields(fields) if fields.of("idempotency_key").is_some() => {
            Problem::refused("That key was used for another call. Make a new one for each.")
        }
        error => error.into(),
    })?;
    let made: CreatedRequest =
        serde_json::from_value(made).map_err(|error| Error::Broken(error.to_string()))?;
    let made = by_number(&api, scope, made.client, made.number).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// What is remembered of a call.
#[derive(Serialize, Deserialize)]
struct CreatedRequest {
    client: ClientId,
    number: u64,
}

async fn make(db: &Db, scope: &Scope, ask: NewRequestInput) -> domain::Result<(Value, NewEntry)> {
    let client: ClientId = ask.client.parse().map_err(|_| Error::NotFound)?;
    if scope.client.is_some_and(|own| own != client) {
        return Err(Error::NotFound);
    }
    let scope = scope.within(client);
    let new = NewRequest {
        title: ask.title.replace('\0', ""),
        brief: ask.brief.replace('\0', ""),
        priority: ask.priority.into(),
        queue: ask.queue,
        files: Vec::new(),
        form_key: None,
    };
    let number = commands::create(db, &scope, new).await?;
    let card = queries::by_number(db, &scope, client, number).await?.card;
    let entry = NewEntry::done(WHAT, card.named()).of(client);
    let made = serde_json::to_value(CreatedRequest { client, number });
    Ok((made.map_err(|error| Error::Broken(error.to_string()))?, entry))
}

/// That somebody tried stands in the audit log.
async fn turned_away(db: &Db, caller: &Caller, problem: Problem) -> Problem {
    if matches!(caller.bearer.scope.actor, Actor::Person { .. }) {
        let entry = NewEntry::done(WHAT, "").with_outcome(AuditOutcome::Refused, problem.detail.as_str());
        if let Err(error) = audit::commands::write(db, &caller.bearer.scope, &caller.by(), &entry).await {
            tracing::warn!(error.message = %error, "a refusal was not audited");
        }
    }
    problem
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
