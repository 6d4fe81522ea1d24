//! One stream of one socket.

use std::{sync::Arc, time::Duration};

use app::web::App;
use domain::{Error, access, accounts::Membership};
use sessions::{Offset, StreamId, Tenant};
use tokio::sync::{mpsc, watch};
use wire::frames::Viewer;

use super::{
    frames,
    presence::{self, Presence},
    visitor::viewer,
};
use crate::limits::{Limits, Seat, SeatKind};

/// Between tries while the database is away.
const AWAY: Duration = Duration::from_secs(1);
/// Between looks for a seat while all are taken.
const FULL: Duration = Duration::from_secs(5);

/// What following needs besides the stream.
pub struct Follow {
    pub app: App,
    pub membership: Membership,
    pub presence: Arc<Presence>,
    pub grace: Duration,
    pub limits: Arc<Limits>,
    /// Takes a frame when the one before it is on its way: whoever reads slowly is waited for, and finds what it
    /// missed in the log.
    pub out: mpsc::Sender<String>,
}

impl Follow {
    /// Sends everything of the stream from an offset on, until the socket closes.
    pub async fn run(self, stream: StreamId, from: Offset) {
        if !self.may_follow(stream).await {
            return self.send(frames::gone(stream)).await;
        }
        let _seat = self.wait_for_seat(stream).await;
        let (present, viewers) = self.join(stream);
        self.send_all(stream, from, viewers).await;
        drop(present);
    }

    async fn may_follow(&self, stream: StreamId) -> bool {
        loop {
            match access::may_follow(&self.app.db, &self.membership.scope(), stream.0).await {
                Ok(()) => return true,
                Err(error) if error.is_away() => tokio::time::sleep(AWAY).await,
                Err(Error::NotFound) => return false,
                Err(error) => {
                    tracing::error!(error.message = %error, "who may follow could not be settled");
                    return false;
                }
            }
        }
    }

    /// Waits for a seat, and says so where there is none: the page goes on without asking again.
    async fn wait_for_seat(&self, stream: StreamId) -> Seat {
        let Membership { workspace, client, .. } = &self.membership;
        let tenant = Tenant { workspace: workspace.0, client: client.as_ref().map(|(client, _)| client.0) };
        if let Ok(seat) = self.limits.seat(tenant, SeatKind::Socket) {
            return seat;
        }
        self.send(frames::full(stream)).await;
        loop {
            tokio::time::sleep(FULL).await;
            if let Ok(seat) = Seat::take(&self.limits, tenant, SeatKind::Socket) {
                return seat;
            }
        }
    }

    fn join(&self, stream: StreamId) -> (presence::PresenceSeat, watch::Receiver<Vec<Viewer>>) {
        self.presence.join(stream, self.membership.person, viewer(&self.membership), self.grace)
    }

    async fn send_all(&self, stream: StreamId, from: Offset, mut viewers: watch::Receiver<Vec<Viewer>>) {
        let mut follower = self.app.db.engine().follow(stream, from);
        loop {
            tokio::select! {
                changed = viewers.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let people = viewers.borrow_and_update().clone();
                    self.send(frames::people(stream, &people)).await;
                }
                next = follower.next() => match next {
                    Ok(Some(batch)) => self.send(frames::events(stream, &batch)).await,
                    // Closed for good, or the engine stops; the socket's end is told by the socket.
                    Ok(None) => return,
                    Err(sessions::Error::NotFound) => return self.send(frames::gone(stream)).await,
                    Err(sessions::Error::Gone { .. } | sessions::Error::Ahead { .. }) => {
                        return self.send(frames::stale(stream)).await;
                    }
                    Err(error) => {
                        tracing::warn!(error.message = %error, "a stream could not be followed");
                        tokio::time::sleep(AWAY).await;
                    }
                },
            }
        }
    }

    async fn send(&self, frame: String) {
        // A closed socket ends this task in a moment.
        let _ = self.out.send(frame).await;
    }
}
