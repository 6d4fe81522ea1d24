//! `GET …&live=sse`: server-sent events, for as long as the reader stays and for a minute at most.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, stream};
use sessions::{Batch, Expiry, Follower, Offset, Page};
use tokio::time::{Instant, Interval};

use super::{
    Authorizer, Dialect, Grant, answer,
    encode::{self, Form},
    headers::SSE_ENCODING,
    read::Following,
};
use crate::dialects::sse::{BEAT, every};

pub(super) fn answer<A: Authorizer>(
    dialect: Arc<Dialect<A>>,
    grant: Arc<Grant<A::Pass>>,
    following: Following,
) -> Response {
    let form = Form::of(&following.head.content_type);
    let body = Body::from_stream(Telling::new(dialect, grant, following, form).frames());
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
    following: Following,
    form: Form,
    follower: Follower,
    /// Told before anything else: that the reader has all that there is.
    opening: Option<Page>,
    ended: bool,
    until: Instant,
    beat: Interval,
    look: Interval,
    /// Keeps a stream from lapsing that is followed.
    touch: Option<Interval>,
}

impl<A: Authorizer> Telling<A> {
    fn new(dialect: Arc<Dialect<A>>, grant: Arc<Grant<A::Pass>>, following: Following, form: Form) -> Self {
        let (from, head) = (following.offset(), &following.head);
        let at_the_end = Page { records: Vec::new(), next: from, up_to_date: true, closed: false };
        let touch = match head.expiry {
            Expiry::Idle(seconds) => {
                Some(every(Duration::from_secs(seconds / 2).max(Duration::from_millis(500))))
            }
            Expiry::Never | Expiry::At(_) => None,
        };
        Self {
            follower: dialect.engine.follow(head.id, from),
            opening: (from == head.next && !head.closed).then_some(at_the_end),
            ended: false,
            until: Instant::now() + dialect.pace.sse,
            beat: every(dialect.pace.beat),
            look: every(dialect.pace.look),
            touch,
            dialect,
            grant,
            following,
            form,
        }
    }

    fn frames(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        stream::unfold(self, async |mut telling| telling.next().await.map(|frame| (Ok(frame), telling)))
    }

    /// What is told next; none at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(page) = self.opening.take() {
            return Some(self.encode(&page));
        }
        while !self.ended {
            tokio::select! {
                batch = self.follower.next() => return self.tell(batch),
                _ = self.beat.tick() => return Some(Bytes::from_static(BEAT)),
                _ = self.look.tick() => self.ended = !self.dialect.still(&self.grant).await,
                () = due(self.touch.as_mut()) => self.keep().await,
                () = tokio::time::sleep_until(self.until) => self.ended = true,
                () = self.dialect.stop.cancelled() => self.ended = true,
            }
        }
        None
    }

    fn tell(&mut self, batch: Result<Option<Batch>, sessions::Error>) -> Option<Bytes> {
        match batch {
            Ok(Some(batch)) => {
                self.ended = batch.closed;
                self.beat.reset();
                Some(self.encode(&batch))
            }
            Ok(None) => None,
            Err(error) => {
                // The answer has begun: whoever comes again is told why.
                tracing::debug!(error.message = %error, "a follower was ended");
                None
            }
        }
    }

    /// Once for all who are told the same.
    fn encode(&self, page: &Page) -> Bytes {
        let cursor = self.following.floor.cursor(self.dialect.clock.now());
        let from = Offset::from_value(page.next.value() - page.records.len() as u64);
        self.follower.share(from, page, cursor, || encode::events(self.form, page, cursor))
    }

    async fn keep(&self) {
        let head = &self.following.head;
        if let Err(error) = self.dialect.engine.touch(head.id, head.expiry).await {
            tracing::warn!(error.message = %error, "a stream in use could not be kept from lapsing");
        }
    }
}

async fn due(interval: Option<&mut Interval>) {
    match interval {
        Some(interval) => {
            interval.tick().await;
        }
        None => std::future::pending().await,
    }
}
