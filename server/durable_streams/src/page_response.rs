//! Pages of events as answers.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use sessions::Page;

use crate::{
    encode::{self, Encoding},
    headers::{CLOSED, CURSOR, NEXT_OFFSET, TRUE, UP_TO_DATE, value},
    response,
};

/// A page as an answer.
pub(super) fn page(content_type: &str, page: &Page) -> Response {
    with_body(content_type, page, encode::body(Encoding::of(content_type), &page.records).into())
}

/// An answer that leads as far as the page, whatever is in its body.
pub(super) fn with_body(content_type: &str, page: &Page, body: Body) -> Response {
    let mut response = response::with(Response::new(body), [(NEXT_OFFSET, value(page.next))]);
    let headers = response.headers_mut();
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    add_state(headers, page);
    response
}

/// Says whether the reader has all that there is, and all that there ever will be.
pub(super) fn add_state(headers: &mut HeaderMap, page: &Page) {
    if page.up_to_date {
        headers.insert(UP_TO_DATE, TRUE);
    }
    if page.closed {
        headers.insert(CLOSED, TRUE);
    }
}

/// Puts on a live answer's cursor. No cache may keep the answer beyond its own reader.
pub(super) fn with_cursor(mut response: Response, cursor: u64) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().extend([(CURSOR, value(cursor)), (header::CACHE_CONTROL, no_store)]);
    response
}
