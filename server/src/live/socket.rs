//! One socket: what its page asks, what it gets, and when it ends.

use std::{borrow::Cow, collections::HashMap};

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use domain::accounts::Membership;
use futures::{SinkExt, StreamExt, stream::SplitSink};
use sessions::{Offset, StreamId};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinHandle, JoinSet},
    time::{self, Duration, Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use wire::frames::{Call, RESTARTING, SIGNED_OUT};

use super::{Live, Pace, follow::Follow, frames, visitor::Visitor};

/// The most streams that one page follows.
pub(super) const MOST_FOLLOWS: usize = 32;
/// The most that a page says between two beats; a page says a few things when it opens.
const MOST_CALLS: u32 = 240;
/// Frames that wait for the network, of all streams together.
pub(super) const WAITING: usize = 8;

/// Why a socket is closed, as the browser is told.
type End = (u16, &'static str);

/// Talks to a page until one of both ends it.
pub async fn run(socket: WebSocket, visitor: Visitor, live: Live) {
    let (sink, mut calls) = socket.split();
    let (out, frames) = mpsc::channel(WAITING);
    let cut = CancellationToken::new();
    let writer = tokio::spawn(write(sink, frames, live.pace, cut.clone()));
    let end = match visitor.membership.clone() {
        None => (SIGNED_OUT, "signed out"),
        Some(membership) => {
            let mut connection = Connection {
                visitor,
                membership,
                live,
                out: out.clone(),
                follows: HashMap::new(),
                tasks: JoinSet::new(),
                calls: 0,
            };
            connection.run(&mut calls).await
        }
    };
    // What still waits is found in the log by whoever comes back and may.
    cut.cancel();
    close(writer, end).await;
}

/// Ends the frames and says why.
async fn close(writer: JoinHandle<Option<SplitSink<WebSocket, Message>>>, (code, reason): End) {
    let Ok(Some(mut sink)) = writer.await else { return };
    let frame = CloseFrame { code, reason: reason.into() };
    // Whoever is not there to hear it knows already.
    let _ = time::timeout(Duration::from_secs(1), sink.send(Message::Close(Some(frame)))).await;
}

/// Hands frames to the network one by one until it is cut. Gives the sink back while the line is good.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut frames: mpsc::Receiver<String>,
    pace: Pace,
    cut: CancellationToken,
) -> Option<SplitSink<WebSocket, Message>> {
    loop {
        let frame = tokio::select! {
            biased;
            () = cut.cancelled() => return Some(sink),
            frame = frames.recv() => frame?,
        };
        let send = time::timeout(pace.patience, sink.send(Message::Text(frame.into())));
        match cut.run_until_cancelled(send).await {
            Some(Ok(Ok(()))) => {}
            _ => return None,
        }
    }
}

struct Connection {
    visitor: Visitor,
    membership: Membership,
    live: Live,
    out: mpsc::Sender<String>,
    follows: HashMap<StreamId, AbortHandle>,
    tasks: JoinSet<()>,
    /// Since the last beat.
    calls: u32,
}

impl Connection {
    async fn run(
        &mut self,
        calls: &mut (impl StreamExt<Item = Result<Message, axum::Error>> + Unpin),
    ) -> End {
        let stop = self.live.shutdown.soft().clone();
        let mut beats = interval(self.live.pace.beat);
        let mut looks = time::interval_at(Instant::now() + self.live.pace.look, self.live.pace.look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut count = 0;
        loop {
            tokio::select! {
                () = stop.cancelled() => return (RESTARTING, "restarting"),
                () = self.out.closed() => return (close_code::AWAY, "nobody reads"),
                _ = beats.tick() => {
                    self.calls = 0;
                    // With frames waiting the line is alive, and heard soon.
                    let _ = self.out.try_send(frames::beat(count));
                    count += 1;
                }
                _ = looks.tick() => {
                    if !self.visitor.is_still(&self.membership).await {
                        return (SIGNED_OUT, "signed out");
                    }
                }
                call = calls.next() => match call {
                    Some(Ok(message)) => {
                        if let Err(end) = self.handle(message) {
                            return end;
                        }
                    }
                    Some(Err(error)) => return fault(&error),
                    None => return (close_code::NORMAL, ""),
                },
            }
        }
    }

    fn handle(&mut self, message: Message) -> Result<(), End> {
        self.calls += 1;
        if self.calls > MOST_CALLS {
            return Err((close_code::POLICY, "too much is asked at once"));
        }
        match message {
            Message::Text(text) => {
                let call = serde_json::from_str(&text).map_err(|_| (close_code::POLICY, "not understood"))?;
                self.handle_call(call)
            }
            Message::Binary(_) => Err((close_code::UNSUPPORTED, "only text is understood")),
            Message::Close(_) => Err((close_code::NORMAL, "")),
            Message::Ping(_) | Message::Pong(_) => Ok(()),
        }
    }

    fn handle_call(&mut self, call: Call) -> Result<(), End> {
        match call {
            Call::Unfollow(stream) => {
                if let Some(task) = self.follows.remove(&StreamId(stream)) {
                    task.abort();
                }
            }
            Call::Follow { stream, from } => {
                let from: Offset = from.parse().map_err(|_| (close_code::POLICY, "not an offset"))?;
                self.follow(StreamId(stream), from)?;
            }
        }
        Ok(())
    }

    fn follow(&mut self, stream: StreamId, from: Offset) -> Result<(), End> {
        while self.tasks.try_join_next().is_some() {}
        if self.follows.len() >= MOST_FOLLOWS && !self.follows.contains_key(&stream) {
            return Err((close_code::POLICY, "too many streams for one page"));
        }
        let follow = Follow {
            app: self.visitor.app.clone(),
            membership: self.membership.clone(),
            presence: self.live.presence.clone(),
            grace: self.live.pace.grace,
            limits: self.live.limits.clone(),
            out: self.out.clone(),
        };
        let task = self.tasks.spawn(follow.run(stream, from));
        if let Some(before) = self.follows.insert(stream, task) {
            before.abort();
        }
        Ok(())
    }
}

/// What the page did wrong, where it did.
fn fault(error: &axum::Error) -> End {
    let text: Cow<'_, str> = error.to_string().into();
    if text.contains("too long") || text.contains("too big") {
        (close_code::SIZE, "too large")
    } else {
        (close_code::PROTOCOL, "not understood")
    }
}
