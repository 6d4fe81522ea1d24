//! What is private to the dialect of Durable Streams, opened for the targets.

#[path = "../../../server/src/dialects/durable_streams/encode.rs"]
mod encode;
#[path = "../../../server/src/dialects/durable_streams/headers.rs"]
mod headers;

use axum::http::HeaderMap;
use bytes::Bytes;
use sessions::{Expiry, Offset, Page, Producer};

/// A page as server-sent events of a stream of that content type.
pub fn events(content_type: &str, page: &Page) -> Bytes {
    encode::events(encode::Form::of(content_type), page, 7)
}

/// A page as a body.
pub fn body(content_type: &str, page: &Page) -> Bytes {
    encode::body(encode::Form::of(content_type), &page.records)
}

pub fn producer(headers: &HeaderMap) -> Result<Option<Producer>, &'static str> {
    headers::producer(headers)
}

pub fn expiry(headers: &HeaderMap) -> Result<Expiry, &'static str> {
    headers::expiry(headers)
}

pub fn closes(headers: &HeaderMap) -> bool {
    headers::closes(headers)
}

pub fn offset(text: &str) -> Option<Offset> {
    headers::offset(text)
}
