//! `GET …&live=long-poll`: waits for what comes next.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sessions::{Offset, Page};
use tokio::time::timeout;

use crate::{
    Authorizer, DurableStreams, Grant, Seat,
    following::Following,
    headers::{NEXT_OFFSET, value},
    page_response, response,
};

/// Somebody who waits.
pub(super) struct LongPoll<A: Authorizer> {
    pub(super) streams: Arc<DurableStreams<A>>,
    pub(super) grant: Arc<Grant<A::Principal>>,
    pub(super) following: Following,
    pub(super) seat: Seat,
}

impl<A: Authorizer> LongPoll<A> {
    /// What has come, or that nothing has.
    pub(super) async fn wait(self) -> Response {
        let Self { streams, grant, following, seat: _seat } = self;
        let from = following.offset();
        let mut follower = streams.engine.follow(following.head.id, from);
        let waited = tokio::select! {
            waited = timeout(streams.config.long_poll, follower.next()) => waited.ok(),
            () = streams.stop.cancelled() => None,
        };
        // Whoever may no longer read hears nothing of what has come meanwhile.
        if !streams.is_still_authorized(&grant).await {
            return response::not_found();
        }
        let page = match waited {
            Some(Ok(Some(page))) => page,
            Some(Err(error)) => return response::engine_error(error),
            Some(Ok(None)) | None => empty_page(from),
        };
        let cursor = following.floor.cursor(streams.clock.now());
        let response = match page.records.is_empty() {
            true => no_content(&page),
            false => page_response::page(&following.head.content_type, &page),
        };
        page_response::with_cursor(response, cursor)
    }
}

fn empty_page(from: Offset) -> Page {
    Page { records: Vec::new(), next: from, up_to_date: true, closed: false, revision: 0 }
}

/// Nothing has come.
fn no_content(page: &Page) -> Response {
    let response = StatusCode::NO_CONTENT.into_response();
    let mut response = response::with(response, [(NEXT_OFFSET, value(page.next))]);
    page_response::add_state(response.headers_mut(), page);
    response
}
