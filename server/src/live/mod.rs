//! The portal's own protocol of the session log: one socket a tab for everything that its page follows.
//!
//! What a page and the server say is in [`wire::frames`]. Who may follow is settled before the first byte and asked
//! again every few seconds. A follower that reads slowly holds an offset, never a growing queue.

pub mod events;
mod follow;
mod frames;
mod pace;
mod presence;
mod socket;
mod visitor;

use std::sync::Arc;

use app::web::{App, Bare, same_site};
use axum::{
    Extension,
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use sessions::Engine;

pub use pace::Pace;
pub use presence::Presence;

use crate::{limits::Limits, shutdown::Shutdown};
use visitor::Visitor;

/// What a page may say at once, in bytes.
const CALL_BYTES: usize = 16 * 1024;

/// What the sockets of this node share.
#[derive(Clone)]
pub struct Live {
    presence: Arc<Presence>,
    shutdown: Shutdown,
    pace: Pace,
    limits: Arc<Limits>,
}

impl Live {
    pub fn new(shutdown: Shutdown, pace: Pace) -> Self {
        Self { presence: Arc::default(), shutdown, pace, limits: Arc::default() }
    }

    /// The same, within limits, which are none otherwise.
    #[must_use]
    pub fn within(self, limits: Arc<Limits>) -> Self {
        Self { limits, ..self }
    }

    /// What each tenant may take of the log.
    pub fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// Has people on other nodes be seen here, and these there, for as long as the server runs.
    pub fn share_presence(&self, engine: Engine) {
        let sharing = self.presence.clone().share(engine, self.pace.share, self.shutdown.soft().clone());
        self.shutdown.spawn("presence", sharing);
    }

    /// What its sockets listen to.
    pub fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }
}

/// `GET /live`: a socket for whoever is signed in, from this site's own pages.
pub async fn open(
    State(app): State<App>,
    Extension(live): Extension<Live>,
    headers: HeaderMap,
    bare: Bare,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !same_site(&headers, &app) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let visitor = Visitor::of(app, &headers, bare);
    upgrade.max_message_size(CALL_BYTES).max_frame_size(CALL_BYTES).on_upgrade(async move |socket| {
        let shutdown = live.shutdown.clone();
        shutdown.spawn("live", socket::run(socket, visitor, live));
    })
}
