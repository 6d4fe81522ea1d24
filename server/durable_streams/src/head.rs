//! `HEAD`: what a stream is, without its events.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::SecondsFormat;
use sessions::{Expiry, Head};

use crate::{
    Authorizer, DurableStreams, Grant,
    headers::{CLOSED, EXPIRES_AT, NEXT_OFFSET, TRUE, TTL, value},
    response,
};

pub(super) async fn head<A: Authorizer>(
    streams: &DurableStreams<A>,
    grant: &Grant<A::Principal>,
) -> Result<Response, Response> {
    let head = grant.target.head(&streams.engine).await.map_err(response::engine_error)?;
    Ok(answer(&head))
}

fn answer(head: &Head) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    let mut response = response::with(
        StatusCode::OK.into_response(),
        [(NEXT_OFFSET, value(head.next)), (header::CACHE_CONTROL, no_store)],
    );
    let headers = response.headers_mut();
    if let Ok(content_type) = HeaderValue::from_str(&head.content_type) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    if head.closed {
        headers.insert(CLOSED, TRUE);
    }
    match head.expiry {
        Expiry::Never => {}
        Expiry::Idle(seconds) => {
            headers.insert(TTL, value(seconds));
        }
        Expiry::At(time) => {
            headers.insert(EXPIRES_AT, value(time.to_rfc3339_opts(SecondsFormat::Millis, true)));
        }
    }
    response
}
