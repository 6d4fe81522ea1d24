//! An answer that stays open: what is told of a session as it comes, for as long as its reader may hear it.

use std::fmt;

use axum::{body::Body, response::Response};
use bytes::Bytes;
use domain::session::{Event, Reading};
use futures::{Stream, stream};
use sessions::{Batch, Follower, Offset};

use super::{
    auth::Visit,
    refusal::Refusal,
    sse::{self, BEAT, Noticed, Vigil},
};
use crate::limits::Seat;

/// Puts a session's events into a dialect's words.
pub(super) trait Tongue: Send + 'static {
    /// Tells of an event; the offset stands behind it. What is told is added to the text.
    fn hear(&mut self, event: &Event, next: Offset, text: &mut String);

    /// Whether everything is told that there will be.
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

/// Tells `first` and then what comes behind an offset. It ends when the tongue has ended; when the server stops, the
/// reader may no longer see it or the log cannot be followed, it is cut off.
///
/// # Errors
/// When as many follow as may.
pub(super) fn answer<T: Tongue>(
    visit: Visit,
    tongue: T,
    first: String,
    from: u64,
) -> Result<Response, Refusal> {
    let seat = visit.auth.seat(visit.tenant)?;
    let engine = visit.auth.app().db.engine();
    let open = Open {
        follower: engine.follow(visit.stream, Offset::from_value(from)),
        vigil: Vigil::new(visit.auth.pace(), visit.auth.stop().clone()),
        first: (!first.is_empty()).then(|| first.into()),
        tongue,
        visit,
        _seat: seat,
    };
    Ok(sse::answer(Body::from_stream(open.pieces())))
}

struct Open<T> {
    visit: Visit,
    tongue: T,
    follower: Follower,
    vigil: Vigil,
    first: Option<Bytes>,
    _seat: Seat,
}

impl<T: Tongue> Open<T> {
    fn pieces(self) -> impl Stream<Item = Result<Bytes, Cut>> {
        stream::try_unfold(self, async |mut open| Ok(open.next().await?.map(|piece| (piece, open))))
    }

    /// What is told next; none at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, Cut> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        while !self.tongue.has_ended() {
            tokio::select! {
                batch = self.follower.next() => {
                    let batch = batch.map_err(|error| cut(&error))?.ok_or(Cut)?;
                    let text = self.hear(&batch);
                    if !text.is_empty() {
                        self.vigil.told();
                        return Ok(Some(text.into()));
                    }
                }
                noticed = self.vigil.notices() => match noticed {
                    Noticed::Silence => return Ok(Some(Bytes::from_static(BEAT))),
                    Noticed::Look if self.visit.auth.still(&self.visit.reader).await => {}
                    Noticed::Look | Noticed::Stop => return Err(Cut),
                },
            }
        }
        Ok(None)
    }

    fn hear(&mut self, batch: &Batch) -> String {
        let mut text = String::new();
        for record in &batch.records {
            if self.tongue.has_ended() {
                break;
            }
            // What cannot be read says nothing, as in the fold.
            if let Ok(event) = Event::from_json(record.json()) {
                self.tongue.hear(&event, record.offset, &mut text);
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
pub(super) async fn read(visit: &Visit) -> domain::Result<Reading> {
    domain::session::read(&visit.auth.app().db, &visit.scope, visit.stream.0).await
}
