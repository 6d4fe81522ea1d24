//! Who looks at what. No row is written for it: each node knows its own people, and nodes share them with each other.

mod note;
mod other_nodes;
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

use room::{LocalViewer, Room};

/// The rooms that somebody is in.
#[derive(Default)]
pub struct Presence {
    rooms: Mutex<HashMap<StreamId, Room>>,
    /// Rooms whose people other nodes do not know yet.
    unpublished: Mutex<HashSet<StreamId>>,
    stir: Notify,
}

/// A place among those who look; given up when it is dropped, after the grace.
pub struct PresenceSeat {
    presence: Arc<Presence>,
    stream: StreamId,
    person: PersonId,
    grace: Duration,
}

impl Presence {
    /// Joins those who look at a stream, and learns who they are.
    pub fn join(
        self: &Arc<Self>,
        stream: StreamId,
        person: PersonId,
        viewer: Viewer,
        grace: Duration,
    ) -> (PresenceSeat, watch::Receiver<Vec<Viewer>>) {
        let mut rooms = self.rooms();
        let room = rooms.entry(stream).or_default();
        let entry =
            room.people.entry(person).or_insert(LocalViewer { viewer: viewer.clone(), tabs: 0, arrivals: 0 });
        let first = entry.arrivals == 0;
        *entry = LocalViewer { viewer, tabs: entry.tabs + 1, arrivals: entry.arrivals + 1 };
        let mut viewers = room.viewers.subscribe();
        room.publish();
        viewers.mark_changed();
        drop(rooms);
        if first {
            self.changed(stream);
        }
        (PresenceSeat { presence: self.clone(), stream, person, grace }, viewers)
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<StreamId, Room>> {
        locked(&self.rooms)
    }

    /// Other nodes have to learn of the room.
    fn changed(&self, stream: StreamId) {
        locked(&self.unpublished).insert(stream);
        self.stir.notify_one();
    }

    /// One tab fewer; the coming that has to be the last one for the person to leave.
    fn release_tab(&self, stream: StreamId, person: PersonId) -> Option<u64> {
        let mut rooms = self.rooms();
        let entry = rooms.get_mut(&stream)?.people.get_mut(&person)?;
        entry.tabs = entry.tabs.saturating_sub(1);
        (entry.tabs == 0).then_some(entry.arrivals)
    }

    fn leave(&self, stream: StreamId, person: PersonId, arrivals: u64) {
        let mut rooms = self.rooms();
        let Some(room) = rooms.get_mut(&stream) else { return };
        let leaves =
            room.people.get(&person).is_some_and(|entry| entry.tabs == 0 && entry.arrivals == arrivals);
        if leaves {
            room.people.remove(&person);
            room.publish();
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

impl Drop for PresenceSeat {
    fn drop(&mut self) {
        let Some(arrivals) = self.presence.release_tab(self.stream, self.person) else { return };
        let (presence, stream, person, grace) = (self.presence.clone(), self.stream, self.person, self.grace);
        // Without a runtime the node is gone, and with it whoever looked.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(grace).await;
                presence.leave(stream, person, arrivals);
            });
        }
    }
}

#[cfg(test)]
mod tests;
