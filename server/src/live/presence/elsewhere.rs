//! Telling other nodes who looks here, and hearing who looks there.

use std::{sync::Arc, time::Duration};

use sessions::{Engine, News, StreamId};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Presence, locked,
    note::{self, Here},
    room::Others,
};

/// Tellings that may get lost before those who were told of count as gone.
const LIVES: u32 = 3;

impl Presence {
    /// Keeps this node's and the others' people known to each other until `stop`. Everything is told again at every
    /// `pace`, so that whoever missed it, and whoever comes later, knows soon.
    pub async fn across(self: Arc<Self>, engine: Engine, pace: Duration, stop: CancellationToken) {
        let mut news = engine.nodes().hear();
        let mut again = interval(pace);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = again.tick() => {
                    self.forget(|_, others| others.told.elapsed() >= LIVES * pace);
                    self.tell_all(&engine);
                }
                () = self.stir.notified() => self.tell_changed(&engine),
                news = news.recv() => match news {
                    Ok(News::Came(_)) => self.tell_all(&engine),
                    Ok(News::Said { node, note }) => self.take(node, &note),
                    Ok(News::Left(node)) => self.forget(|from, _| from == node),
                    // What was missed is told again.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                },
            }
        }
    }

    fn tell_all(&self, engine: &Engine) {
        let rooms: Vec<Here> = self
            .rooms()
            .iter()
            .filter(|(_, room)| !room.people.is_empty())
            .map(|(stream, room)| Here { stream: *stream, people: room.here() })
            .collect();
        tell(engine, rooms);
    }

    fn tell_changed(&self, engine: &Engine) {
        let changed = std::mem::take(&mut *locked(&self.untold));
        let rooms = self.rooms();
        let people = |stream: &StreamId| rooms.get(stream).map(|room| room.here()).unwrap_or_default();
        let told = changed.iter().map(|stream| Here { stream: *stream, people: people(stream) }).collect();
        drop(rooms);
        tell(engine, told);
    }

    /// What another node says replaces what it said before.
    pub(super) fn take(&self, node: Uuid, text: &str) {
        let Some(note) = note::read(text) else { return };
        let mut rooms = self.rooms();
        for Here { stream, people } in note.looking {
            let room = rooms.entry(stream).or_default();
            match people.is_empty() {
                true => room.elsewhere.remove(&node),
                false => room.elsewhere.insert(node, Others { people, told: Instant::now() }),
            };
            room.tell();
            if room.is_empty() {
                rooms.remove(&stream);
            }
        }
    }

    /// Nothing more is known of some.
    pub(super) fn forget(&self, gone: impl Fn(Uuid, &Others) -> bool) {
        self.rooms().retain(|_, room| {
            let known = room.elsewhere.len();
            room.elsewhere.retain(|node, others| !gone(*node, others));
            if room.elsewhere.len() < known {
                room.tell();
            }
            !room.is_empty()
        });
    }
}

fn tell(engine: &Engine, rooms: Vec<Here>) {
    if engine.nodes().others() > 0 {
        note::write(rooms.into_iter()).into_iter().for_each(|note| engine.nodes().tell(note));
    }
}
