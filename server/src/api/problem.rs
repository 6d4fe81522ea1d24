//! What the API refuses with: problem details (RFC 9457), with a sentence that says what to do.

use app::web::{AWAY, Failure, FailureKind};
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{Error, FieldErrors};
use serde::Serialize;
use utoipa::ToSchema;

use crate::limits;

/// How a failure is logged.
const FAILED: &str = "a call of the API failed";

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Problem details, as RFC 9457 has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Which kind of problem it is: a place in the documentation, under the address of the API.
    #[serde(rename = "type")]
    #[schema(example = "/docs/api#lost")]
    pub kind: String,
    /// The kind in a few words.
    pub title: &'static str,
    /// The status again.
    pub status: u16,
    /// What happened this time, and what to do.
    pub detail: String,
    /// What is wrong with which field, where that is the problem.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// The number that would have been taken, where one was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
    /// After so many seconds it may be tried again.
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// The field's name.
    pub field: String,
    /// What to do about it.
    pub detail: String,
}

impl Problem {
    /// A problem of a kind, `kind` being its word in the documentation.
    pub fn new(status: StatusCode, kind: &str, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/docs/api#{kind}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            expected: None,
            retry_after: None,
        }
    }

    /// It is not there, or not for this token to see.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", "Nothing found with this token.")
    }

    /// There is no token, or none that counts.
    pub fn unauthorized() -> Self {
        let detail =
            "Send a valid token: Authorization: Bearer tl_… Create one on your desk under API tokens.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Missing or invalid token", detail)
    }

    /// The token counts, and is not for this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not for this token", detail)
    }

    /// Nothing of this kind is done at this address.
    pub fn no_method() -> Self {
        let detail = "This URL doesn’t support that method. See the Allow header.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", "No such method", detail)
    }

    /// The request cannot be read.
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", "Couldn’t be parsed", detail)
    }

    /// It can be read, and makes no sense.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Invalid request", detail)
    }

    /// A rule says no.
    pub fn refused(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "refused", "Refused", detail)
    }

    /// The run is another's by now, or has ended.
    pub fn lost() -> Self {
        let detail = "This attempt no longer owns the run: its lease expired, someone stopped it, or it ended. \
                      Anything written is saved. Drop it and claim the next run.";
        Self::new(StatusCode::CONFLICT, "lost", "The run is lost", detail)
    }

    /// It is too large.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Too large", detail)
    }

    /// It was too much at once.
    pub fn too_many(seconds: u32) -> Self {
        let detail = "Too many requests. Try again after Retry-After seconds.";
        let many = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests", detail);
        Self { retry_after: Some(seconds), ..many }
    }

    fn gap(expected: u64) -> Self {
        let detail = format!(
            "A number was skipped. The next one is {expected}. Send what’s missing first, or continue from {expected}."
        );
        let gap = Self::new(StatusCode::CONFLICT, "gap", "A number was skipped", detail);
        Self { expected: Some(expected), ..gap }
    }

    fn fields(errors: &FieldErrors) -> Self {
        let fields: Vec<FieldProblem> = errors
            .iter()
            .map(|(field, detail)| FieldProblem { field: field.to_owned(), detail: detail.to_owned() })
            .collect();
        let all: Vec<&str> = fields.iter().map(|field| field.detail.as_str()).collect();
        Self { errors: fields.clone(), ..Self::invalid(all.join(" ")) }
    }

    /// A part of the service is away, and will be back.
    pub fn away() -> Self {
        let away = Self::new(StatusCode::SERVICE_UNAVAILABLE, "away", "Away", AWAY);
        Self { retry_after: Some(2), ..away }
    }

    /// Something that cannot happen did.
    pub(crate) fn ours(error: &dyn std::error::Error) -> Self {
        Failure::bug(error, FAILED).into()
    }

    /// The bytes of a file are away.
    fn file_away() -> Self {
        let detail = "The file is there, but its bytes cannot be read right now. Do not go on as if there were no file: \
                      ask for it again in a while.";
        let away = Self::new(StatusCode::SERVICE_UNAVAILABLE, "file-away", "File out of reach", detail);
        Self { retry_after: Some(30), ..away }
    }

    fn failed(reference: &str) -> Self {
        let detail = format!(
            "Something went wrong on our end and has been noted as {reference}. Try again in a moment."
        );
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "Something went wrong", detail)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Sessions(error) => error.into(),
            error => Failure::of(error, FAILED).into(),
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match &failure.kind {
            FailureKind::NotFound => Self::not_found(),
            FailureKind::Refused(why) => Self::refused(why),
            FailureKind::Fields(errors) => Self::fields(errors),
            FailureKind::TooMany => Self::too_many(failure.retry_after.unwrap_or(1)),
            FailureKind::FileAway => Self::file_away(),
            FailureKind::Busy | FailureKind::Away => Self::away(),
            FailureKind::Bug => Self::failed(failure.reference()),
        }
    }
}

impl From<sessions::Error> for Problem {
    fn from(error: sessions::Error) -> Self {
        use sessions::Error::{
            Closed, Empty, EpochMustStartAtZero, Invalid, NotFound, SequenceGap, StaleEpoch, TooLarge,
        };
        match error {
            StaleEpoch { .. } | Closed { .. } => Self::lost(),
            SequenceGap { expected, .. } => Self::gap(expected),
            EpochMustStartAtZero => Self::gap(0),
            NotFound => Self::not_found(),
            error @ TooLarge { .. } => Self::too_large(format!("Send less at once: {error}.")),
            Empty => Self::invalid("There is nothing in it."),
            Invalid(what) => Self::invalid(what),
            error if error.is_away() => Self::away(),
            error => Self::ours(&error),
        }
    }
}

impl From<limits::Refusal> for Problem {
    fn from(refused: limits::Refusal) -> Self {
        match refused {
            limits::Refusal::Stored { most } => {
                let detail = format!("The sessions hold {} MB, as much as is allowed here.", most >> 20);
                Self::too_large(detail)
            }
            other => Self::too_many(other.retry_after()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
        self.dress(status, headers);
        response
    }
}

impl Problem {
    fn dress(&self, status: StatusCode, headers: &mut HeaderMap) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.retry_after.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
    }
}
