//! `GET …&live=sse`: server-sent events, for as long as the reader stays and for a minute at most.

use std::{convert::Infallible, pin::Pin, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, stream};
use sessions::{Expiry, Follower, Head, Page};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::{
    Authorizer, Dialect, Grant, answer,
    cursor::Floor,
    duties::{Duties, Duty},
    encode::{self, Form},
    headers::SSE_ENCODING,
    read::Following,
};
use crate::{limits::Seat, protocols::sse::BEAT};

pub(super) fn answer<A: Authorizer>(
    dialect: Arc<Dialect<A>>,
    grant: Arc<Grant<A::Pass>>,
    following: Following,
    seat: Seat,
) -> Response {
    let form = Form::of(&following.head.content_type);
    let body = Body::from_stream(Telling::new(dialect, grant, following, form, seat).frames());
    let fixed = HeaderValue::from_static;
    let mut response = answer::with(
        body.into_response(),
        [
            (header::CONTENT_TYPE, fixed("text/event-stream")),
            (header::CACHE_CONTROL, fixed("no-cache, no-store")),
            (header::HeaderName::from_static("x-accel-buffering"), fixed("no")),
        ],
    );
    if form == Form::Bytes {
        response.headers_mut().insert(SSE_ENCODING, fixed("base64"));
    }
    response
}

/// One reader.
struct Telling<A: Authorizer> {
    dialect: Arc<Dialect<A>>,
    grant: Arc<Grant<A::Pass>>,
    head: Head,
    floor: Floor,
    form: Form,
    follower: Follower,
    /// Told before anything else: that the reader has all that there is.
    opening: Option<Page>,
    ended: bool,
    duties: Duties,
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
    _seat: Seat,
}

impl<A: Authorizer> Telling<A> {
    fn new(
        dialect: Arc<Dialect<A>>,
        grant: Arc<Grant<A::Pass>>,
        following: Following,
        form: Form,
        seat: Seat,
    ) -> Self {
        let from = following.offset();
        let Following { head, floor, .. } = following;
        let revision = head.revision;
        let at_the_end = Page { records: Vec::new(), next: from, up_to_date: true, closed: false, revision };
        let keep = match head.expiry {
            Expiry::Idle(seconds) => Some(Duration::from_secs(seconds / 2).max(Duration::from_millis(500))),
            Expiry::Never | Expiry::At(_) => None,
        };
        let pace = &dialect.pace;
        Self {
            follower: dialect.engine.follow(head.id, from),
            opening: (from == head.next && !head.closed).then_some(at_the_end),
            ended: false,
            duties: Duties::new(pace.sse, pace.beat, pace.look, keep),
            stop: Box::pin(dialect.stop.clone().cancelled_owned()),
            dialect,
            grant,
            head,
            floor,
            form,
            _seat: seat,
        }
    }

    fn frames(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        // Boxed, because it is handed on with every frame.
        stream::unfold(Box::new(self), async |mut telling| {
            telling.next().await.map(|frame| (Ok(frame), telling))
        })
    }

    /// What is told next; none at the end.
    async fn next(&mut self) -> Option<Bytes> {
        let cursor = || self.floor.cursor(self.dialect.clock.now());
        if let Some(page) = self.opening.take() {
            return Some(encode::events(self.form, &page, cursor()));
        }
        while !self.ended {
            let make = |page: &Page, cursor| encode::events(self.form, page, cursor);
            let duty = match self.duties.overdue() {
                // However much there is to tell.
                Some(duty) => duty,
                None => tokio::select! {
                    // First, so that a delivery asks after nothing else.
                    biased;
                    frame = self.follower.next_frame(cursor, make) => {
                        self.duties.said();
                        return told(frame);
                    }
                    () = self.stop.as_mut() => Duty::End,
                    duty = self.duties.due() => duty,
                },
            };
            match duty {
                Duty::Beat => return Some(Bytes::from_static(BEAT)),
                Duty::Look => self.ended = !self.dialect.still(&self.grant).await,
                Duty::Keep => self.keep().await,
                Duty::End => self.ended = true,
            }
        }
        None
    }

    async fn keep(&self) {
        if let Err(error) = self.dialect.engine.touch(self.head.id, self.head.expiry).await {
            tracing::warn!(error.message = %error, "a stream in use could not be kept from lapsing");
        }
    }
}

/// The frame; none where the stream has said its last.
fn told(frame: Result<Option<Bytes>, sessions::Error>) -> Option<Bytes> {
    frame.unwrap_or_else(|error| {
        // The answer has begun: whoever comes again is told why.
        tracing::debug!(error.message = %error, "a follower was ended");
        None
    })
}
