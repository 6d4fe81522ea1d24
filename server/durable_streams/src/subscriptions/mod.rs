//! Subscriptions over HTTP, under the protocol's own prefix `__ds`.

mod deliver;
mod error;
mod input;
mod manage;
mod public_ip;
mod representation;
mod signer;
mod token;
mod webhook_url;
mod worker;

use axum::{
    body::Body,
    http::{HeaderValue, Method, header, request::Parts},
    response::{IntoResponse, Response},
};
use sessions::{Engine, Tenant};

use crate::{Access, Authorizer, DurableStreams, ROOT, Target, body, response};
pub use deliver::deliver_webhooks;
use error::not_found;
pub use signer::{Signer, SigningKeyError};

/// What subscriptions need besides the engine.
#[derive(Debug)]
pub struct Subscriptions {
    /// How others reach this server: scheme and host, without a slash at the end.
    pub base_url: String,
    /// Signs what is sent to webhooks.
    pub signer: Signer,
    /// Whether webhooks on this machine, without TLS, are allowed: for development.
    pub allow_local_webhooks: bool,
}

impl Subscriptions {
    /// The address of something under the prefix.
    fn url_of(&self, rest: &str) -> String {
        format!("{}{}__ds/{rest}", self.base_url, ROOT)
    }
}

/// One request.
struct SubscriptionCall<'a> {
    engine: &'a Engine,
    subscriptions: &'a Subscriptions,
    tenant: Tenant,
    name: &'a str,
    parts: &'a Parts,
}

/// Answers what is asked under the prefix.
pub(super) async fn perform<A: Authorizer>(
    streams: &DurableStreams<A>,
    parts: &Parts,
    path: &str,
    body: Body,
) -> Result<Response, Response> {
    let subscriptions = streams.subscriptions.as_ref().ok_or_else(response::not_found)?;
    if path == "__ds/jwks.json" {
        return Ok(keys(subscriptions, &parts.method));
    }
    let access = if parts.method == Method::GET { Access::Read } else { Access::Write };
    let Target::Named { tenant, .. } = streams.authorize(parts, path, access).await?.target else {
        return Err(response::not_found());
    };
    let rest = path.strip_prefix("__ds/subscriptions/").ok_or_else(not_found)?;
    let (name, action) = rest.split_once('/').map_or((rest, ""), |(name, action)| (name, action));
    let call = SubscriptionCall { engine: &streams.engine, subscriptions, tenant, name, parts };
    let body = body::read(body, streams.config.body_bytes).await?;
    match (parts.method.as_str(), action) {
        ("PUT", "") => manage::create(&call, &body).await,
        ("GET", "") => manage::get(&call).await,
        ("DELETE", "") => manage::delete(&call).await,
        ("POST", "streams") => manage::link(&call, &body).await,
        ("DELETE", action) if action.starts_with("streams/") => manage::unlink(&call, &action[8..]).await,
        ("POST", "callback") => worker::report(&call, worker::Endpoint::Callback, &body).await,
        ("POST", "claim") => worker::claim(&call, &body).await,
        ("POST", "ack") => worker::report(&call, worker::Endpoint::Ack, &body).await,
        ("POST", "release") => worker::report(&call, worker::Endpoint::Release, &body).await,
        (_, "" | "streams" | "callback" | "claim" | "ack" | "release") => Err(response::method_not_allowed()),
        _ => Err(not_found()),
    }
}

fn keys(subscriptions: &Subscriptions, method: &Method) -> Response {
    if method != Method::GET {
        return response::method_not_allowed();
    }
    let fixed = HeaderValue::from_static;
    let headers = [
        (header::CONTENT_TYPE, fixed("application/jwk-set+json")),
        (header::CACHE_CONTROL, fixed("public, max-age=300")),
    ];
    response::with(subscriptions.signer.jwks().to_string().into_response(), headers)
}
