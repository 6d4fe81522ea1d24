//! `GET …&live=long-poll`: waits for what comes next.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sessions::{Offset, Page};
use tokio::time::timeout;

use super::{
    Authorizer, Dialect, Grant, answer,
    headers::{NEXT_OFFSET, value},
    read::{Following, live, show, stand},
};
use crate::limits::Seat;

/// Somebody who waits.
pub(super) struct Waiting<A: Authorizer> {
    pub(super) dialect: Arc<Dialect<A>>,
    pub(super) grant: Arc<Grant<A::Pass>>,
    pub(super) following: Following,
    pub(super) seat: Seat,
}

impl<A: Authorizer> Waiting<A> {
    /// What has come, or that nothing has.
    pub(super) async fn answer(self) -> Response {
        let Self { dialect, grant, following, seat: _seat } = self;
        let from = following.offset();
        let mut follower = dialect.engine.follow(following.head.id, from);
        let waited = tokio::select! {
            waited = timeout(dialect.pace.long_poll, follower.next()) => waited.ok(),
            () = dialect.stop.cancelled() => None,
        };
        // Whoever may no longer read hears nothing of what has come meanwhile.
        if !dialect.still(&grant).await {
            return answer::not_found();
        }
        let page = match waited {
            Some(Ok(Some(page))) => page,
            Some(Err(error)) => return answer::refused(error),
            Some(Ok(None)) | None => nothing(from),
        };
        let cursor = following.floor.cursor(dialect.clock.now());
        let response = match page.records.is_empty() {
            true => still(&page),
            false => show(&following.head.content_type, &page),
        };
        live(response, cursor)
    }
}

fn nothing(from: Offset) -> Page {
    Page { records: Vec::new(), next: from, up_to_date: true, closed: false, revision: 0 }
}

/// Nothing has come.
fn still(page: &Page) -> Response {
    let response = StatusCode::NO_CONTENT.into_response();
    let mut response = answer::with(response, [(NEXT_OFFSET, value(page.next))]);
    stand(response.headers_mut(), page);
    response
}
