//! What workers report: that they take a wake, how far they are, and that they are through.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sessions::{Offset, Report, WorkerNext};

use super::{
    SubscriptionCall,
    error::{coded, engine_refusal, parse},
    input::trim_slashes,
    representation, token,
};
use crate::headers::offset;

#[derive(Deserialize)]
struct ClaimInput {
    #[serde(default)]
    worker: String,
}

pub(super) async fn claim(call: &SubscriptionCall<'_>, body: &[u8]) -> Result<Response, Response> {
    let worker = parse::<ClaimInput>(body)?.worker;
    if worker.is_empty() || worker.len() > 256 {
        let message = "worker is a name of 1 to 256 bytes.";
        return Err(coded(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message));
    }
    let wake = call.engine.claim(call.tenant, call.name, &worker).await.map_err(engine_refusal)?;
    let streams: Vec<Value> = wake.links.iter().map(representation::pending).collect();
    let body = json!({
        "wake_id": wake.id,
        "generation": wake.generation,
        "token": token::make(&wake.secret, wake.generation),
        "streams": streams,
        "lease_ttl_ms": u64::try_from(wake.lease.as_millis()).unwrap_or(u64::MAX),
    });
    Ok(Json(body).into_response())
}

/// By which address a worker reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// A webhook's worker, how far it is.
    Callback,
    /// A worker that has claimed, how far it is.
    Ack,
    /// A worker that has claimed, that it gives the wake back.
    Release,
}

#[derive(Deserialize)]
struct ReportInput {
    wake_id: Option<String>,
    generation: Option<u64>,
    #[serde(default)]
    acks: Vec<AckInput>,
    #[serde(default)]
    done: bool,
}

#[derive(Deserialize)]
struct AckInput {
    #[serde(alias = "path")]
    stream: String,
    offset: String,
}

pub(super) async fn report(
    call: &SubscriptionCall<'_>,
    endpoint: Endpoint,
    body: &[u8],
) -> Result<Response, Response> {
    let no_token =
        || coded(StatusCode::UNAUTHORIZED, "TOKEN_INVALID", "The wake's token is missing or wrong.");
    let no_offset = || coded(StatusCode::CONFLICT, "INVALID_OFFSET", "That is no offset of a stream.");
    let bearer = bearer(call).ok_or_else(no_token)?;
    let input: ReportInput = parse(body)?;
    let found = call.engine.subscription(call.tenant, call.name).await.map_err(engine_refusal)?;
    let token = token::read(&found.secret, bearer).ok_or_else(no_token)?;
    let release = endpoint == Endpoint::Release;
    let report = Report {
        token,
        generation: input.generation,
        wake: input.wake_id,
        acks: if release { Vec::new() } else { acks(&input.acks).ok_or_else(no_offset)? },
        then: if release || input.done { WorkerNext::Ends } else { WorkerNext::Goes },
    };
    let by_stream = endpoint != Endpoint::Callback;
    let next =
        call.engine.report(call.tenant, call.name, by_stream, &report).await.map_err(engine_refusal)?;
    match endpoint {
        Endpoint::Release => Ok(StatusCode::NO_CONTENT.into_response()),
        Endpoint::Callback | Endpoint::Ack => {
            Ok(Json(json!({ "ok": true, "next_wake": next })).into_response())
        }
    }
}

fn bearer<'a>(call: &'a SubscriptionCall<'_>) -> Option<&'a str> {
    call.parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// None where one of them holds no offset.
fn acks(acks: &[AckInput]) -> Option<Vec<(String, Offset)>> {
    acks.iter().map(|ack| Some((trim_slashes(&ack.stream), offset(&ack.offset)?))).collect()
}
