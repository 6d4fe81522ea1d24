//! `POST /v1/runs/{run}/events`

use axum::{Json, extract::State};
use domain::{
    ids::RunId,
    runs::{self, Stage},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{WrittenPart, hold, parts::of_log};
use crate::{
    api::{Api, Problem, bearer::Caller, body::JsonBody, path::Path},
    protocols::tenant,
};

/// What the agent writes in one go.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Events)]
#[serde(deny_unknown_fields)]
pub struct EventsInput {
    pub attempt: u32,
    /// Counts the calls of this attempt from 0, those to the session and those backstage each by themselves. What is
    /// sent again under its number is stored once.
    pub sequence: u64,
    /// Written for operators and agents alone.
    #[serde(default)]
    pub backstage: bool,
    #[schema(min_items = 1)]
    pub parts: Vec<WrittenPart>,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Stored)]
pub struct StoredEvents {
    /// It was stored before.
    pub duplicate: bool,
    /// The number of the next call.
    pub next: u64,
    /// The offset behind it in the stream.
    pub offset: String,
}

/// Write to the session, or backstage
///
/// Who wrote it, of which run and when is stamped by the server. It is answered once it is stored.
#[utoipa::path(
    post, path = "/v1/runs/{run}/events", tag = "Runs", request_body = EventsInput, operation_id = "append",
    params(("run" = String, Path, description = "The run's id")),
    responses((status = 200, description = "It is stored", body = StoredEvents)),
)]
pub async fn append(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<RunId>,
    JsonBody(events): JsonBody<EventsInput>,
) -> Result<Json<StoredEvents>, Problem> {
    let claimed = hold(&api, &caller, run, events.attempt).await?;
    let stage = if events.backstage { Stage::Backstage } else { Stage::Session };
    let sequence = events.sequence;
    if sequence > i64::MAX.cast_unsigned() {
        return Err(Problem::invalid("A sequence counts from 0; this one is no count."));
    }
    let name = format!("{}-{sequence}", if events.backstage { "b" } else { "s" });
    let parts = of_log(events.parts, stage, &name)?;
    let tenant = tenant(&claimed.scope);
    api.limits.may_store(tenant)?;
    api.limits.may_append(tenant, || parts.len())?;
    let done = runs::commands::append_at(&api.app.db, &claimed, stage, sequence, parts).await?;
    let next = done.sequence.unwrap_or(sequence) + 1;
    Ok(Json(StoredEvents { duplicate: done.duplicate, next, offset: done.next.to_string() }))
}
