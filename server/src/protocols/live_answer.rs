//! An answer that stays open: a session's events as they come, for as long as its reader may see them.

use std::fmt;

use axum::{body::Body, response::Response};
use bytes::Bytes;
use domain::session::{Event, Reading};
use futures::{Stream, stream};
use sessions::{Batch, Follower, Offset};
use sessions_http::sse;

use super::{
    auth::Visit,
    error::ProtocolError,
    follow_timer::{FollowTimer, TimerEvent},
};
use crate::limits::Seat;

/// Translates a session's events into a protocol's.
pub(super) trait EventTranslator: Send + 'static {
    /// Adds what an event comes to to the text; `next` is the offset behind it.
    fn translate(&mut self, event: &Event, next: Offset, text: &mut String);

    /// Whether everything is sent that there will be.
    fn has_ended(&self) -> bool;
}

/// The line is cut: whoever reads must not take a part for the whole.
#[derive(Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer is cut off")
    }
}

impl std::error::Error for Cut {}

/// Sends `first` and then what comes behind an offset. It ends when the translator has ended; when the server stops, the
/// reader may no longer see it or the log cannot be followed, it is cut off.
///
/// # Errors
/// When as many follow as may.
pub(super) fn answer<T: EventTranslator>(
    visit: Visit,
    translator: T,
    first: String,
    from: u64,
) -> Result<Response, ProtocolError> {
    let seat = visit.auth.seat(visit.tenant)?;
    let engine = visit.auth.app().db.engine();
    let answer = LiveAnswer {
        follower: engine.follow(visit.stream, Offset::from_value(from)),
        timer: FollowTimer::new(visit.auth.intervals(), visit.auth.stop().clone()),
        first: (!first.is_empty()).then(|| first.into()),
        translator,
        visit,
        _seat: seat,
    };
    Ok(sse::response(Body::from_stream(answer.frames())))
}

struct LiveAnswer<T> {
    visit: Visit,
    translator: T,
    follower: Follower,
    timer: FollowTimer,
    first: Option<Bytes>,
    _seat: Seat,
}

impl<T: EventTranslator> LiveAnswer<T> {
    fn frames(self) -> impl Stream<Item = Result<Bytes, Cut>> {
        stream::try_unfold(self, async |mut answer| Ok(answer.next().await?.map(|frame| (frame, answer))))
    }

    /// What is sent next; none at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, Cut> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        while !self.translator.has_ended() {
            tokio::select! {
                batch = self.follower.next() => {
                    let batch = batch.map_err(|error| cut(&error))?.ok_or(Cut)?;
                    let text = self.translate(&batch);
                    if !text.is_empty() {
                        self.timer.mark_sent();
                        return Ok(Some(text.into()));
                    }
                }
                event = self.timer.next() => match event {
                    TimerEvent::Heartbeat => return Ok(Some(Bytes::from_static(sse::HEARTBEAT.as_bytes()))),
                    TimerEvent::Recheck if self.visit.auth.is_still_authorized(&self.visit.reader).await => {}
                    TimerEvent::Recheck | TimerEvent::Stop => return Err(Cut),
                },
            }
        }
        Ok(None)
    }

    fn translate(&mut self, batch: &Batch) -> String {
        let mut text = String::new();
        for record in &batch.records {
            if self.translator.has_ended() {
                break;
            }
            // What cannot be read says nothing, as in the fold.
            if let Ok(event) = Event::from_json(record.json()) {
                self.translator.translate(&event, record.offset, &mut text);
            }
        }
        text
    }
}

fn cut(error: &sessions::Error) -> Cut {
    tracing::debug!(error.message = %error, "an open answer was cut off");
    Cut
}

/// The session as it reads now.
pub(super) async fn read_session(visit: &Visit) -> domain::Result<Reading> {
    domain::session::queries::read(&visit.auth.app().db, &visit.scope, visit.stream.0).await
}
