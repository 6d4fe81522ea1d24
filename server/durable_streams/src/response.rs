//! What is answered: refusals, and what stands on every answer.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sessions::Error;

use crate::{
    AccessError, Overload,
    headers::{
        CLOSED, EARLIEST_OFFSET, NEXT_OFFSET, PRODUCER_EPOCH, PRODUCER_EXPECTED, PRODUCER_RECEIVED, TRUE,
        value,
    },
};

/// Headers that pages of an allowed origin may send.
const ALLOWED: &str = "content-type, authorization, if-none-match, stream-seq, stream-ttl, stream-expires-at, \
    stream-closed, stream-forked-from, stream-fork-offset, stream-fork-sub-offset, producer-id, producer-epoch, \
    producer-seq";

/// Headers of an answer that they may see.
const EXPOSED: &str = "stream-next-offset, stream-earliest-offset, stream-cursor, stream-up-to-date, stream-closed, \
    stream-ttl, stream-expires-at, stream-sse-data-encoding, producer-epoch, producer-seq, producer-expected-seq, \
    producer-received-seq, etag, location, retry-after";

/// Puts on what stands on every answer. Pages of an allowed origin may see it.
pub(super) fn add_common_headers(
    headers: &mut HeaderMap,
    allowed_origin: Option<fn(&HeaderValue) -> bool>,
    origin: Option<&HeaderValue>,
) {
    let mut put = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    let Some(is_allowed) = allowed_origin else {
        return put(policy, "same-origin");
    };
    put(policy, "same-site");
    put(header::VARY, "origin");
    let Some(origin) = origin.filter(|origin| is_allowed(origin)) else {
        return;
    };
    put(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
}

/// What a browser asks before it lets a page do something: what the page may ask for, where pages of other origins may ask
/// for anything.
pub(super) fn preflight(has_allowed_origins: bool) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if has_allowed_origins {
        let methods = HeaderValue::from_static("GET, HEAD, PUT, POST, DELETE, OPTIONS");
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        response
            .headers_mut()
            .insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED));
    }
    response
}

/// Why a request was not let in.
pub(super) fn denied(error: AccessError) -> Response {
    match error {
        AccessError::NotFound => not_found(),
        AccessError::ReadOnly => plain(StatusCode::METHOD_NOT_ALLOWED, "This may only be read."),
        AccessError::Forbidden(reason) => plain(StatusCode::FORBIDDEN, reason),
        AccessError::Unavailable => unavailable(),
        AccessError::InvalidToken => invalid_token(),
    }
}

/// A sentence for whoever reads it.
pub(super) fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}

pub(super) fn bad_request(text: impl Into<String>) -> Response {
    (StatusCode::BAD_REQUEST, text.into()).into_response()
}

/// A token that does not count.
fn invalid_token() -> Response {
    let asks = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
    (StatusCode::UNAUTHORIZED, asks, "The token does not count.").into_response()
}

pub(super) fn not_found() -> Response {
    plain(StatusCode::NOT_FOUND, "There is no such stream.")
}

pub(super) fn method_not_allowed() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED, "There is no such operation.")
}

pub(super) fn too_large() -> Response {
    counted(plain(StatusCode::PAYLOAD_TOO_LARGE, "That is too large."), Overload::TooLarge)
}

/// Nothing is wrong with the request; another time it may work.
pub(super) fn unavailable() -> Response {
    with(plain(StatusCode::SERVICE_UNAVAILABLE, "Try again in a moment."), [(header::RETRY_AFTER, value(1))])
}

/// The same, counted as an overload when it is sent.
fn counted(mut response: Response, overload: Overload) -> Response {
    response.extensions_mut().insert(overload);
    response
}

/// The same with these headers.
pub(super) fn with<const N: usize>(
    mut response: Response,
    headers: [(HeaderName, HeaderValue); N],
) -> Response {
    response.headers_mut().extend(headers);
    response
}

/// What the engine refused or failed at.
pub(super) fn engine_error(error: Error) -> Response {
    let conflict = |text| plain(StatusCode::CONFLICT, text);
    let gone = |text| plain(StatusCode::GONE, text);
    match error {
        Error::NotFound => not_found(),
        Error::Deleted => gone("The stream was deleted."),
        Error::Closed { next } => {
            with(conflict("The stream is closed."), [(CLOSED, TRUE), (NEXT_OFFSET, value(next))])
        }
        Error::Gone { earliest } => {
            with(gone("That part is no longer kept."), [(EARLIEST_OFFSET, value(earliest))])
        }
        Error::Ahead { next } => {
            with(gone("The stream does not reach so far."), [(NEXT_OFFSET, value(next))])
        }
        Error::StaleEpoch { current } => {
            let forbidden = plain(StatusCode::FORBIDDEN, "A later epoch of the producer has begun.");
            with(forbidden, [(PRODUCER_EPOCH, value(current))])
        }
        Error::SequenceGap { expected, received } => with(
            conflict("An append of the producer is missing before this one."),
            [(PRODUCER_EXPECTED, value(expected)), (PRODUCER_RECEIVED, value(received))],
        ),
        Error::EpochMustStartAtZero => bad_request("A producer's new epoch begins at sequence 0."),
        Error::OutOfOrder => conflict("Stream-Seq has to rise."),
        Error::TooLarge { .. } => too_large(),
        Error::Empty => bad_request("There is nothing to append."),
        Error::Invalid(text) => bad_request(text),
        Error::Conflict => conflict("It exists with another configuration."),
        Error::Busy => counted(unavailable(), Overload::Busy),
        Error::ShuttingDown => unavailable(),
        Error::Database(_) | Error::Unsure(_) => failed(&error),
    }
}

fn failed(error: &Error) -> Response {
    if error.is_away() {
        tracing::warn!(error.message = %error, "a stream could not be reached");
        return unavailable();
    }
    tracing::error!(error.message = %error, error.cause = ?std::error::Error::source(error), "a stream failed");
    plain(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong.")
}
