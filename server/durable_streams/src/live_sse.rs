//! `GET …&live=sse`: server-sent events, for as long as the reader stays and for a minute at most.

use std::{convert::Infallible, pin::Pin, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures::{Stream, stream};
use sessions::{Expiry, Follower, Head, Page};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::{
    Authorizer, DurableStreams, Grant, Seat,
    cursor::Floor,
    encode::{self, Encoding},
    following::Following,
    headers::SSE_ENCODING,
    sse::{self, HEARTBEAT},
    stream_timer::{StreamTimer, TimerEvent},
};

pub(super) fn answer<A: Authorizer>(
    streams: Arc<DurableStreams<A>>,
    grant: Arc<Grant<A::Principal>>,
    following: Following,
    seat: Seat,
) -> Response {
    let encoding = Encoding::of(&following.head.content_type);
    let reader = SseFollower::new(streams, grant, following, encoding, seat);
    let mut response = sse::response(Body::from_stream(reader.frames()));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    if encoding == Encoding::Bytes {
        headers.insert(SSE_ENCODING, HeaderValue::from_static("base64"));
    }
    response
}

/// Somebody who follows.
struct SseFollower<A: Authorizer> {
    streams: Arc<DurableStreams<A>>,
    grant: Arc<Grant<A::Principal>>,
    head: Head,
    floor: Floor,
    encoding: Encoding,
    follower: Follower,
    /// Sent before anything else: that the reader has all that there is.
    opening: Option<Page>,
    ended: bool,
    timer: StreamTimer,
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
    _seat: Seat,
}

impl<A: Authorizer> SseFollower<A> {
    fn new(
        streams: Arc<DurableStreams<A>>,
        grant: Arc<Grant<A::Principal>>,
        following: Following,
        encoding: Encoding,
        seat: Seat,
    ) -> Self {
        let from = following.offset();
        let Following { head, floor, .. } = following;
        let revision = head.revision;
        let at_the_end = Page { records: Vec::new(), next: from, up_to_date: true, closed: false, revision };
        let touch = match head.expiry {
            Expiry::Idle(seconds) => Some(Duration::from_secs(seconds / 2).max(Duration::from_millis(500))),
            Expiry::Never | Expiry::At(_) => None,
        };
        let config = &streams.config;
        Self {
            follower: streams.engine.follow(head.id, from),
            opening: (from == head.next && !head.closed).then_some(at_the_end),
            ended: false,
            timer: StreamTimer::new(config.sse_lifetime, config.heartbeat, config.recheck, touch),
            stop: Box::pin(streams.stop.clone().cancelled_owned()),
            streams,
            grant,
            head,
            floor,
            encoding,
            _seat: seat,
        }
    }

    fn frames(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        // Boxed, because it is handed on with every frame.
        stream::unfold(Box::new(self), async |mut reader| {
            reader.next().await.map(|frame| (Ok(frame), reader))
        })
    }

    /// What is sent next; none at the end.
    async fn next(&mut self) -> Option<Bytes> {
        let cursor = || self.floor.cursor(self.streams.clock.now());
        if let Some(page) = self.opening.take() {
            return Some(encode::events(self.encoding, &page, cursor()));
        }
        while !self.ended {
            let make = |page: &Page, cursor| encode::events(self.encoding, page, cursor);
            let event = match self.timer.overdue() {
                // However much there is to send.
                Some(event) => event,
                None => tokio::select! {
                    // First, so that a delivery asks after nothing else.
                    biased;
                    frame = self.follower.next_frame(cursor, make) => {
                        self.timer.mark_sent();
                        return frame_or_end(frame);
                    }
                    () = self.stop.as_mut() => TimerEvent::End,
                    event = self.timer.due() => event,
                },
            };
            match event {
                TimerEvent::Heartbeat => return Some(Bytes::from_static(HEARTBEAT.as_bytes())),
                TimerEvent::Recheck => self.ended = !self.streams.is_still_authorized(&self.grant).await,
                TimerEvent::Touch => self.touch().await,
                TimerEvent::End => self.ended = true,
            }
        }
        None
    }

    async fn touch(&self) {
        if let Err(error) = self.streams.engine.touch(self.head.id, self.head.expiry).await {
            tracing::warn!(error.message = %error, "a stream in use could not be kept from lapsing");
        }
    }
}

/// The frame; none where the stream has said its last.
fn frame_or_end(frame: Result<Option<Bytes>, sessions::Error>) -> Option<Bytes> {
    frame.unwrap_or_else(|error| {
        // The answer has begun: whoever comes again is told why.
        tracing::debug!(error.message = %error, "a follower was ended");
        None
    })
}
