//! `GET`: reads what is there, or goes on to follow.

use std::sync::Arc;

use axum::{
    http::{HeaderValue, header, request::Parts},
    response::Response,
};
use sessions::{Expiry, Head, Page};

use crate::{
    Authorizer, DurableStreams, Grant, LiveMode, catch_up,
    cursor::Floor,
    following::Following,
    live_sse,
    long_poll::LongPoll,
    page_response,
    query::{From, ReadQuery},
    response,
};

/// What has come of a request so far.
pub(super) enum ReadOutcome<A: Authorizer> {
    Response(Response),
    LongPoll(LongPoll<A>),
}

pub(super) async fn read<A: Authorizer>(
    streams: &Arc<DurableStreams<A>>,
    grant: Grant<A::Principal>,
    parts: &Parts,
) -> Result<ReadOutcome<A>, Response> {
    let query = ReadQuery::parse(parts.uri.query().unwrap_or_default()).map_err(response::bad_request)?;
    let Some(mode) = query.live else {
        let answer = match query.from {
            From::End => end(streams, &grant).await,
            from => catch_up::answer(streams, &grant, from, &parts.headers).await,
        };
        return answer.map(ReadOutcome::Response);
    };
    let seat = Arc::clone(&streams.limits).take_seat(grant.tenant, mode)?;
    let head = head_and_touch(streams, &grant).await?;
    let floor = Floor::above(query.cursor.as_deref(), streams.clock.now());
    let following = Following { head, from: query.from, floor };
    // An answer that has begun could not say it any more.
    following.check_offset().map_err(response::engine_error)?;
    let (streams, grant) = (Arc::clone(streams), Arc::new(grant));
    Ok(match mode {
        LiveMode::LongPoll => ReadOutcome::LongPoll(LongPoll { streams, grant, following, seat }),
        LiveMode::Sse => ReadOutcome::Response(live_sse::answer(streams, grant, following, seat)),
    })
}

/// The stream as it is, and in use from now on.
async fn head_and_touch<A: Authorizer>(
    streams: &DurableStreams<A>,
    grant: &Grant<A::Principal>,
) -> Result<Head, Response> {
    let head = grant.target.head(&streams.engine).await.map_err(response::engine_error)?;
    if matches!(head.expiry, Expiry::Idle(_)) {
        streams.engine.touch(head.id, head.expiry).await.map_err(response::engine_error)?;
    }
    Ok(head)
}

/// Only where the stream ends.
async fn end<A: Authorizer>(
    streams: &DurableStreams<A>,
    grant: &Grant<A::Principal>,
) -> Result<Response, Response> {
    let head = head_and_touch(streams, grant).await?;
    let page = Page {
        records: Vec::new(),
        next: head.next,
        up_to_date: true,
        closed: head.closed,
        revision: head.revision,
    };
    let mut response = page_response::page(&head.content_type, &page);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
