//! What the people's protocols refuse with: JSON for a program, with a sentence that it may show.

use app::web::{AWAY, Failure, FailureKind};
use axum::{
    Json,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::Error;
use serde_json::json;
use sessions_http::AccessError;

use crate::limits;

/// `{"error": …, "message": …}` under a status.
#[derive(Debug)]
pub(super) struct ProtocolError {
    status: StatusCode,
    error: &'static str,
    message: String,
    retry_after: Option<u32>,
}

impl ProtocolError {
    pub(super) fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        Self { status, error, message: message.into(), retry_after: None }
    }

    /// It is not there, or not this person's.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There’s nothing here. Check that you’re signed in.")
    }

    /// It cannot be read.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", message)
    }

    /// It can be read, and not be done.
    pub(super) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", message)
    }

    fn away() -> Self {
        Self { retry_after: Some(5), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "away", AWAY) }
    }
}

/// What is answered while the database says nothing.
pub(crate) fn stalled(_: &Method, _: &HeaderMap) -> Response {
    ProtocolError::away().into_response()
}

impl From<Error> for ProtocolError {
    fn from(error: Error) -> Self {
        match error {
            Error::Sessions(sessions::Error::NotFound) => Self::not_found(),
            error => Failure::of(error, "a session's answer failed").into(),
        }
    }
}

impl From<Failure> for ProtocolError {
    fn from(failure: Failure) -> Self {
        let status = failure.status();
        match &failure.kind {
            FailureKind::NotFound => Self::not_found(),
            FailureKind::Refused(reason) => Self::new(status, "refused", reason),
            FailureKind::Fields(errors) => {
                let all: Vec<&str> = errors.iter().map(|(_, message)| message).collect();
                Self::unprocessable(format!("Something needs fixing: {}", all.join(" ")))
            }
            FailureKind::TooMany => {
                let many = Self::new(status, "too_many", "Too many requests. Try again in a moment.");
                Self { retry_after: failure.retry_after, ..many }
            }
            FailureKind::Busy | FailureKind::FileAway | FailureKind::Away => Self::away(),
            FailureKind::Bug => {
                let noted = failure.reference();
                let words = "Something went wrong on our end and has been noted as";
                Self::new(status, "failed", format!("{words} {noted}. Try again in a moment."))
            }
        }
    }
}

impl From<limits::Refusal> for ProtocolError {
    fn from(refused: limits::Refusal) -> Self {
        let words =
            "As much is going on here as is allowed at once. Close another window, or try again in a moment.";
        let many = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", words);
        Self { retry_after: Some(refused.retry_after()), ..many }
    }
}

impl From<AccessError> for ProtocolError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Unavailable => Self::away(),
            AccessError::NotFound
            | AccessError::ReadOnly
            | AccessError::Forbidden(_)
            | AccessError::InvalidToken => Self::not_found(),
        }
    }
}

impl IntoResponse for ProtocolError {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.error, "message": self.message }));
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.retry_after.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
        response
    }
}
