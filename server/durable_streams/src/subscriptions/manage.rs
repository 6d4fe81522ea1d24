//! Creating, showing and deleting subscriptions, and which streams are theirs.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sessions::NewSubscription;

use super::{
    SubscriptionCall,
    error::{coded, engine_refusal, parse},
    input::{SubscriptionInput, trim_slashes},
    representation,
};
use crate::response;

/// Bytes of a subscription's secret.
const SECRET: usize = 32;

pub(super) async fn create(call: &SubscriptionCall<'_>, body: &[u8]) -> Result<Response, Response> {
    let config = parse::<SubscriptionInput>(body)?.check(call.subscriptions.allow_local_webhooks)?;
    let mut secret = vec![0; SECRET];
    getrandom::fill(&mut secret).map_err(|_| response::unavailable())?;
    let new = NewSubscription {
        tenant: call.tenant,
        name: call.name.to_owned(),
        wakes: config.wakes,
        pattern: config.pattern,
        streams: config.streams,
        lease: config.lease,
        description: config.description,
        config: config.canon,
        secret,
    };
    let (made, fresh) = call.engine.subscribe(new).await.map_err(engine_refusal)?;
    let status = if fresh { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(representation::subscription(call, &made))).into_response())
}

pub(super) async fn get(call: &SubscriptionCall<'_>) -> Result<Response, Response> {
    let found = call.engine.subscription(call.tenant, call.name).await.map_err(engine_refusal)?;
    Ok(Json(representation::subscription(call, &found)).into_response())
}

pub(super) async fn delete(call: &SubscriptionCall<'_>) -> Result<Response, Response> {
    call.engine.unsubscribe(call.tenant, call.name).await.map_err(response::engine_error)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Deserialize)]
struct LinkInput {
    streams: Vec<String>,
}

pub(super) async fn link(call: &SubscriptionCall<'_>, body: &[u8]) -> Result<Response, Response> {
    let streams = parse::<LinkInput>(body)?.streams;
    let streams: Vec<String> = streams.iter().map(|stream| trim_slashes(stream)).collect();
    if streams.is_empty() || streams.iter().any(String::is_empty) {
        let message = "streams holds the names of streams.";
        return Err(coded(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message));
    }
    call.engine.link(call.tenant, call.name, &streams).await.map_err(engine_refusal)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn unlink(call: &SubscriptionCall<'_>, stream: &str) -> Result<Response, Response> {
    call.engine.unlink(call.tenant, call.name, &trim_slashes(stream)).await.map_err(engine_refusal)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
