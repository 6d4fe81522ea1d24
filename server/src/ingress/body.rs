//! How long a request's body may take.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// How slow a body may come. Below any line that people still use, and above what somebody sends who only wants to hold
/// a connection.
#[derive(Clone, Copy, Debug)]
pub struct BodyTimes {
    /// How long the next piece is waited for. 20 seconds.
    pub idle: Duration,
    /// How long all of them are waited for, however few come. 30 seconds.
    pub grace: Duration,
    /// Bytes that buy another second. 4 KiB.
    pub rate: u32,
}

impl Default for BodyTimes {
    fn default() -> Self {
        Self { idle: Duration::from_secs(20), grace: Duration::from_secs(30), rate: 4096 }
    }
}

/// Whether a body was given up.
#[derive(Clone, Debug, Default)]
pub(super) struct BodyDeadline(Arc<AtomicBool>);

impl BodyDeadline {
    pub(super) fn is_late(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The body took too long.
#[derive(Debug, thiserror::Error)]
#[error("the request's body came too slowly")]
struct TooSlow;

struct TimedBody {
    body: Body,
    times: BodyTimes,
    received: u64,
    /// All of the time that was spent waiting; while a handler does something else, nobody is late.
    waited: Duration,
    waiting_since: Option<Instant>,
    alarm: Pin<Box<Sleep>>,
    late: BodyDeadline,
}

/// A body that ends with an error when it takes too long, and whether it has.
pub(super) fn timed(body: Body, times: BodyTimes) -> (Body, BodyDeadline) {
    let late = BodyDeadline::default();
    if body.is_end_stream() {
        return (body, late);
    }
    let timed = TimedBody {
        body,
        times,
        received: 0,
        waited: Duration::ZERO,
        waiting_since: None,
        alarm: Box::pin(sleep(times.idle)),
        late: late.clone(),
    };
    (Body::new(timed), late)
}

impl TimedBody {
    /// How long it may go on waiting.
    fn left(&self) -> Duration {
        let bought = Duration::from_secs(self.received / u64::from(self.times.rate.max(1)));
        (self.times.grace + bought).saturating_sub(self.waited).min(self.times.idle)
    }

    fn came(&mut self, frame: Option<&Frame<Bytes>>) {
        self.received += frame.and_then(Frame::data_ref).map_or(0, |data| data.len() as u64);
        self.waited += self.waiting_since.take().map(|since| since.elapsed()).unwrap_or_default();
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.came(frame.as_ref().and_then(|frame| frame.as_ref().ok()));
            return Poll::Ready(frame);
        }
        if self.waiting_since.is_none() {
            let now = Instant::now();
            let end = now + self.left();
            self.waiting_since = Some(now);
            self.alarm.as_mut().reset(end);
        }
        if self.alarm.as_mut().poll(cx).is_ready() {
            self.late.0.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(axum::Error::new(TooSlow))));
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
