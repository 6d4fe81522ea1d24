//! Making, showing and ending subscriptions, and saying which streams are theirs.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sessions::NewSubscription;

use super::{
    Call,
    config::{Input, relative},
    parse, refused, said, show,
};
use crate::protocols::durable_streams::answer;

/// Bytes of a subscription's secret.
const SECRET: usize = 32;

pub(super) async fn make(call: &Call<'_>, body: &[u8]) -> Result<Response, Response> {
    let config = parse::<Input>(body)?.check(call.subscriptions.local)?;
    let mut secret = vec![0; SECRET];
    getrandom::fill(&mut secret).map_err(|_| answer::away())?;
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
    let (made, fresh) = call.engine.subscribe(new).await.map_err(refused)?;
    let status = if fresh { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(show::subscription(call, &made))).into_response())
}

pub(super) async fn get(call: &Call<'_>) -> Result<Response, Response> {
    let found = call.engine.subscription(call.tenant, call.name).await.map_err(refused)?;
    Ok(Json(show::subscription(call, &found)).into_response())
}

pub(super) async fn end(call: &Call<'_>) -> Result<Response, Response> {
    call.engine.unsubscribe(call.tenant, call.name).await.map_err(answer::refused)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Deserialize)]
struct Streams {
    streams: Vec<String>,
}

pub(super) async fn link(call: &Call<'_>, body: &[u8]) -> Result<Response, Response> {
    let streams = parse::<Streams>(body)?.streams;
    let streams: Vec<String> = streams.iter().map(|stream| relative(stream)).collect();
    if streams.is_empty() || streams.iter().any(String::is_empty) {
        let message = "streams holds the names of streams.";
        return Err(said(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message));
    }
    call.engine.link(call.tenant, call.name, &streams).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn unlink(call: &Call<'_>, stream: &str) -> Result<Response, Response> {
    call.engine.unlink(call.tenant, call.name, &relative(stream)).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
