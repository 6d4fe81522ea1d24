//! A part of a page, read again by the page itself.

use std::sync::Arc;

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;

/// Renders a view alone, without a document. It holds no islands: they are only started with their page.
pub fn fragment<V: IntoView>(view: impl FnOnce() -> V) -> Response {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| view().into_any().to_html());
    owner.cleanup();
    let mut response = Html(html).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
