//! Sharing with other nodes who looks here, and who looks there.

use std::{sync::Arc, time::Duration};

use sessions::{Engine, NodeEvent, StreamId};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Presence, locked,
    note::{self, Viewers},
    room::RemoteViewers,
};

/// Messages that may get lost before those whom they named count as gone.
const LIVES: u32 = 3;

impl Presence {
    /// Keeps this node's and the others' people known to each other until `stop`. Everything is sent again at every
    /// `pace`, so that whoever missed it, and whoever comes later, knows soon.
    pub async fn share(self: Arc<Self>, engine: Engine, pace: Duration, stop: CancellationToken) {
        let mut events = engine.nodes().subscribe();
        let mut again = interval(pace);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = again.tick() => {
                    self.forget(|_, others| others.seen_at.elapsed() >= LIVES * pace);
                    self.share_all(&engine);
                }
                () = self.stir.notified() => self.share_changed(&engine),
                event = events.recv() => match event {
                    Ok(NodeEvent::Joined(_)) => self.share_all(&engine),
                    Ok(NodeEvent::Note { node, note }) => self.apply_note(node, &note),
                    Ok(NodeEvent::Left(node)) => self.forget(|from, _| from == node),
                    // What was missed is sent again.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                },
            }
        }
    }

    fn share_all(&self, engine: &Engine) {
        let rooms: Vec<Viewers> = self
            .rooms()
            .iter()
            .filter(|(_, room)| !room.people.is_empty())
            .map(|(stream, room)| Viewers { stream: *stream, people: room.here() })
            .collect();
        send(engine, rooms);
    }

    fn share_changed(&self, engine: &Engine) {
        let changed = std::mem::take(&mut *locked(&self.unpublished));
        let rooms = self.rooms();
        let people = |stream: &StreamId| rooms.get(stream).map(|room| room.here()).unwrap_or_default();
        let changed_rooms =
            changed.iter().map(|stream| Viewers { stream: *stream, people: people(stream) }).collect();
        drop(rooms);
        send(engine, changed_rooms);
    }

    /// What another node says replaces what it said before.
    pub(super) fn apply_note(&self, node: Uuid, text: &str) {
        let Some(note) = note::read(text) else { return };
        let mut rooms = self.rooms();
        for Viewers { stream, people } in note.looking {
            let room = rooms.entry(stream).or_default();
            match people.is_empty() {
                true => room.remote.remove(&node),
                false => room.remote.insert(node, RemoteViewers { people, seen_at: Instant::now() }),
            };
            room.publish();
            if room.is_empty() {
                rooms.remove(&stream);
            }
        }
    }

    /// Nothing more is known of some.
    pub(super) fn forget(&self, gone: impl Fn(Uuid, &RemoteViewers) -> bool) {
        self.rooms().retain(|_, room| {
            let known = room.remote.len();
            room.remote.retain(|node, others| !gone(*node, others));
            if room.remote.len() < known {
                room.publish();
            }
            !room.is_empty()
        });
    }
}

fn send(engine: &Engine, rooms: Vec<Viewers>) {
    if engine.nodes().others() > 0 {
        note::write(rooms.into_iter()).into_iter().for_each(|note| engine.nodes().send_note(note));
    }
}
