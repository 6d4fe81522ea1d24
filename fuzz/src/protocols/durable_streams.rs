//! What is private to the crate of Durable Streams, opened for the targets.

#[path = "../../../server/durable_streams/src/encode.rs"]
mod encode;
#[path = "../../../server/durable_streams/src/headers.rs"]
mod headers;
#[path = "../../../server/durable_streams/src/sse.rs"]
mod sse;

use axum::http::HeaderMap;
use bytes::Bytes;
use sessions::{Expiry, Offset, Page, Producer};

/// A page as server-sent events of a stream of that content type.
pub fn events(content_type: &str, page: &Page) -> Bytes {
    encode::events(encode::Encoding::of(content_type), page, 7)
}

/// A page as a body.
pub fn body(content_type: &str, page: &Page) -> Bytes {
    encode::body(encode::Encoding::of(content_type), &page.records)
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
