//! What is refused: a code for programs and a sentence for people.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use sessions::SubscriptionError;

use crate::response;

/// 400 with a code for programs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InputError {
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

impl InputError {
    pub(super) fn invalid(message: &'static str) -> Self {
        Self { code: "INVALID_REQUEST", message }
    }
}

impl From<InputError> for Response {
    fn from(InputError { code, message }: InputError) -> Self {
        coded(StatusCode::BAD_REQUEST, code, message)
    }
}

/// Reads a body's JSON; an empty one stands for an empty object.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, InputError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|_| InputError::invalid("That is not what is asked for here."))
}

/// A status with a code and a sentence.
pub(super) fn coded(status: StatusCode, code: &'static str, message: &str) -> Response {
    (status, Json(json!({ "error": { "code": code, "message": message } }))).into_response()
}

pub(super) fn not_found() -> Response {
    coded(StatusCode::NOT_FOUND, "SUBSCRIPTION_NOT_FOUND", "There is nothing of that name here.")
}

/// What the engine refused or failed at.
pub(super) fn engine_refusal(refusal: SubscriptionError) -> Response {
    let conflict =
        |code, refusal: &SubscriptionError| coded(StatusCode::CONFLICT, code, &refusal.to_string());
    match &refusal {
        SubscriptionError::NotFound => not_found(),
        SubscriptionError::Exists => conflict("SUBSCRIPTION_ALREADY_EXISTS", &refusal),
        SubscriptionError::WrongKind => {
            coded(StatusCode::BAD_REQUEST, "INVALID_REQUEST", &refusal.to_string())
        }
        SubscriptionError::Idle => conflict("NO_PENDING_WORK", &refusal),
        SubscriptionError::Fenced => conflict("FENCED", &refusal),
        SubscriptionError::Offset(_) => conflict("INVALID_OFFSET", &refusal),
        SubscriptionError::Claimed { holder, generation } => {
            let error =
                json!({ "code": "ALREADY_CLAIMED", "current_holder": holder, "generation": generation });
            (StatusCode::CONFLICT, Json(json!({ "error": error }))).into_response()
        }
        SubscriptionError::Engine(sessions::Error::Invalid(text)) => {
            coded(StatusCode::BAD_REQUEST, "INVALID_REQUEST", text)
        }
        SubscriptionError::Engine(error) => response::engine_error(error.clone()),
    }
}
