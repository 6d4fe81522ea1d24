//! Subscriptions over HTTP, under the protocol's own prefix `__ds`.

mod config;
mod deliver;
mod kind;
mod public;
mod show;
mod sign;
mod token;
mod webhook;
mod work;

use axum::{
    body::Body,
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use sessions::{Engine, Refusal, Tenant};

use super::{Authorizer, Dialect, Place, Wish, answer, create::read};
use config::Refused;
pub use deliver::run;
pub use sign::{NoKey, Signer};

/// What subscriptions need besides the engine.
#[derive(Debug)]
pub struct Subscriptions {
    /// How others reach this server, without a slash at the end.
    pub address: String,
    /// Signs what is sent to webhooks.
    pub signer: Signer,
    /// Whether webhooks on this machine, without TLS, are allowed: for development.
    pub local: bool,
}

impl Subscriptions {
    /// The address of something under the prefix.
    fn address_of(&self, rest: &str) -> String {
        format!("{}{}__ds/{rest}", self.address, super::ROOT)
    }
}

/// One request.
struct Call<'a> {
    engine: &'a Engine,
    subscriptions: &'a Subscriptions,
    tenant: Tenant,
    name: &'a str,
    parts: &'a Parts,
}

/// Answers what is asked under the prefix.
pub(super) async fn perform<A: Authorizer>(
    dialect: &Dialect<A>,
    parts: &Parts,
    path: &str,
    body: Body,
) -> Result<Response, Response> {
    let subscriptions = dialect.subscriptions.as_ref().ok_or_else(answer::not_found)?;
    if path == "__ds/jwks.json" {
        return Ok(keys(subscriptions, &parts.method));
    }
    let wish = if parts.method == Method::GET { Wish::Read } else { Wish::Write };
    let Place::Named { tenant, .. } = dialect.admit(parts, path, wish).await?.place else {
        return Err(answer::not_found());
    };
    let rest = path.strip_prefix("__ds/subscriptions/").ok_or_else(nowhere)?;
    let (name, action) = rest.split_once('/').map_or((rest, ""), |(name, action)| (name, action));
    let call = Call { engine: &dialect.engine, subscriptions, tenant, name, parts };
    let body = read(body, dialect.pace.body).await?;
    match (parts.method.as_str(), action) {
        ("PUT", "") => kind::make(&call, &body).await,
        ("GET", "") => kind::get(&call).await,
        ("DELETE", "") => kind::end(&call).await,
        ("POST", "streams") => kind::link(&call, &body).await,
        ("DELETE", action) if action.starts_with("streams/") => kind::unlink(&call, &action[8..]).await,
        ("POST", "callback") => work::report(&call, work::Way::Callback, &body).await,
        ("POST", "claim") => work::claim(&call, &body).await,
        ("POST", "ack") => work::report(&call, work::Way::Ack, &body).await,
        ("POST", "release") => work::report(&call, work::Way::Release, &body).await,
        (_, "" | "streams" | "callback" | "claim" | "ack" | "release") => Err(answer::no_operation()),
        _ => Err(nowhere()),
    }
}

fn keys(subscriptions: &Subscriptions, method: &Method) -> Response {
    if method != Method::GET {
        return answer::no_operation();
    }
    let fixed = HeaderValue::from_static;
    let headers = [
        (header::CONTENT_TYPE, fixed("application/jwk-set+json")),
        (header::CACHE_CONTROL, fixed("public, max-age=300")),
    ];
    answer::with(subscriptions.signer.keys().to_string().into_response(), headers)
}

/// The body's JSON; an empty one stands for an empty object.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    let body = if body.is_empty() { b"{}" } else { body };
    let message = "That is not what is asked for here.";
    serde_json::from_slice(body).map_err(|_| Refused { code: "INVALID_REQUEST", message })
}

/// A refusal with a code for programs and a sentence for people.
fn said(status: StatusCode, code: &'static str, message: &str) -> Response {
    (status, axum::Json(json!({ "error": { "code": code, "message": message } }))).into_response()
}

fn nowhere() -> Response {
    said(StatusCode::NOT_FOUND, "SUBSCRIPTION_NOT_FOUND", "There is nothing of that name here.")
}

/// What the engine refused or failed at.
fn refused(refusal: Refusal) -> Response {
    let conflict = |code, refusal: &Refusal| said(StatusCode::CONFLICT, code, &refusal.to_string());
    match &refusal {
        Refusal::NotFound => nowhere(),
        Refusal::Exists => conflict("SUBSCRIPTION_ALREADY_EXISTS", &refusal),
        Refusal::WrongKind => said(StatusCode::BAD_REQUEST, "INVALID_REQUEST", &refusal.to_string()),
        Refusal::Idle => conflict("NO_PENDING_WORK", &refusal),
        Refusal::Fenced => conflict("FENCED", &refusal),
        Refusal::Offset(_) => conflict("INVALID_OFFSET", &refusal),
        Refusal::Claimed { holder, generation } => {
            let said =
                json!({ "code": "ALREADY_CLAIMED", "current_holder": holder, "generation": generation });
            (StatusCode::CONFLICT, axum::Json(json!({ "error": said }))).into_response()
        }
        Refusal::Engine(sessions::Error::Invalid(text)) => {
            said(StatusCode::BAD_REQUEST, "INVALID_REQUEST", text)
        }
        Refusal::Engine(error) => answer::refused(error.clone()),
    }
}

impl From<Refused> for Response {
    fn from(Refused { code, message }: Refused) -> Self {
        said(StatusCode::BAD_REQUEST, code, message)
    }
}
