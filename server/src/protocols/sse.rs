//! Server-sent events that stay open: their headers, their lines, and what they look up for meanwhile.

use std::{fmt::Write, time::Duration};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use serde::Serialize;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

/// Says that the line is alive; readers pass over it.
pub(crate) const BEAT: &[u8] = b":\n\n";

/// The time until the first tick is a whole period; ticks that were missed are not made up for.
pub(crate) fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// How often an open answer does what it does by itself. Tests hurry.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between signs of life on a silent stream. 15 seconds.
    pub beat: Duration,
    /// Between looks at whether its reader still may. 3 seconds.
    pub look: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { beat: Duration::from_secs(15), look: Duration::from_secs(3) }
    }
}

/// What an open answer looks up for while it waits for something to tell.
#[derive(Debug)]
pub(crate) struct Vigil {
    beat: Interval,
    look: Interval,
    stop: CancellationToken,
}

/// Why it looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noticed {
    /// Nothing was told for a while.
    Silence,
    /// It is time to look whether the reader still may.
    Look,
    /// The server stops.
    Stop,
}

impl Vigil {
    pub(crate) fn new(pace: Pace, stop: CancellationToken) -> Self {
        Self { beat: every(pace.beat), look: every(pace.look), stop }
    }

    /// Waits for the next thing to be noticed; may be dropped at any point.
    pub(crate) async fn notices(&mut self) -> Noticed {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Noticed::Stop,
            _ = self.look.tick() => Noticed::Look,
            _ = self.beat.tick() => Noticed::Silence,
        }
    }

    /// Something was told.
    pub(crate) fn told(&mut self) {
        self.beat.reset();
    }
}

/// One event of one line; JSON has no line ends in it. With an id, whoever comes again may name it.
pub(crate) fn event(text: &mut String, id: Option<&str>, data: &impl Serialize) {
    if let Some(id) = id {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "id: {id}");
    }
    text.push_str("data: ");
    text.push_str(&serde_json::to_string(data).unwrap_or_default());
    text.push_str("\n\n");
}

/// An open answer of events, which nobody keeps on the way.
pub(crate) fn answer(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().extend([
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ]);
    response
}
