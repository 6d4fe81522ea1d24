//! Who looks at what. No row is written for it: each node knows its own people, and nodes tell each other.

mod elsewhere;
mod note;
mod room;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::ids::PersonId;
use sessions::StreamId;
use tokio::sync::{Notify, watch};
use wire::frames::Viewer;

use room::{Person, Room};

/// The rooms that somebody is in.
#[derive(Default)]
pub struct Presence {
    rooms: Mutex<HashMap<StreamId, Room>>,
    /// Rooms whose people other nodes do not know yet.
    untold: Mutex<HashSet<StreamId>>,
    stir: Notify,
}

/// A place among those who look; given up when it is dropped, after the grace.
pub struct Seat {
    presence: Arc<Presence>,
    stream: StreamId,
    person: PersonId,
    grace: Duration,
}

impl Presence {
    /// Joins those who look at a stream, and hears who they are.
    pub fn join(
        self: &Arc<Self>,
        stream: StreamId,
        person: PersonId,
        viewer: Viewer,
        grace: Duration,
    ) -> (Seat, watch::Receiver<Vec<Viewer>>) {
        let mut rooms = self.rooms();
        let room = rooms.entry(stream).or_default();
        let entry = room.people.entry(person).or_insert(Person { viewer: viewer.clone(), tabs: 0, came: 0 });
        let first = entry.came == 0;
        *entry = Person { viewer, tabs: entry.tabs + 1, came: entry.came + 1 };
        let mut heard = room.told.subscribe();
        room.tell();
        heard.mark_changed();
        drop(rooms);
        if first {
            self.changed(stream);
        }
        (Seat { presence: self.clone(), stream, person, grace }, heard)
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<StreamId, Room>> {
        locked(&self.rooms)
    }

    /// Other nodes have to be told of the room.
    fn changed(&self, stream: StreamId) {
        locked(&self.untold).insert(stream);
        self.stir.notify_one();
    }

    /// One tab fewer; the coming that has to be the last one for the person to leave.
    fn rise(&self, stream: StreamId, person: PersonId) -> Option<u64> {
        let mut rooms = self.rooms();
        let entry = rooms.get_mut(&stream)?.people.get_mut(&person)?;
        entry.tabs = entry.tabs.saturating_sub(1);
        (entry.tabs == 0).then_some(entry.came)
    }

    fn leave(&self, stream: StreamId, person: PersonId, came: u64) {
        let mut rooms = self.rooms();
        let Some(room) = rooms.get_mut(&stream) else { return };
        let leaves = room.people.get(&person).is_some_and(|entry| entry.tabs == 0 && entry.came == came);
        if leaves {
            room.people.remove(&person);
            room.tell();
        }
        if room.is_empty() {
            rooms.remove(&stream);
        }
        drop(rooms);
        if leaves {
            self.changed(stream);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(came) = self.presence.rise(self.stream, self.person) else { return };
        let (presence, stream, person, grace) = (self.presence.clone(), self.stream, self.person, self.grace);
        // Without a runtime the node is gone, and with it whoever looked.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(grace).await;
                presence.leave(stream, person, came);
            });
        }
    }
}

#[cfg(test)]
mod tests;
