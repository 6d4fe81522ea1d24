//! Reading what a program sends: JSON bodies and queries, with words where they cannot be read.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Query, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

use super::Problem;

/// A body of JSON.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(unread(&rejection)),
        }
    }
}

fn unread(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            "Not JSON",
            "Send JSON, and say so: Content-Type is application/json.",
        ),
        JsonRejection::JsonDataError(error) => Problem::invalid(words(&error.body_text())),
        JsonRejection::JsonSyntaxError(error) => Problem::unreadable(words(&error.body_text())),
        rejection if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::too_large("A body holds 4 MiB at most.")
        }
        _ => Problem::unreadable("The body did not arrive."),
    }
}

/// A query.
pub(crate) struct QueryParams<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryParams<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(Problem::unreadable(words(&rejection.body_text()))),
        }
    }
}

/// A sentence, whatever the reader's own words look like.
fn words(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}
