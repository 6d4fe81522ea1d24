//! Who looks at what, on this node.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{ids::PersonId, session::wire::Looking};
use sessions::StreamId;
use tokio::sync::watch;

/// The rooms that somebody is in.
#[derive(Default)]
pub struct Presence {
    rooms: Mutex<HashMap<StreamId, Room>>,
}

struct Room {
    people: HashMap<PersonId, Person>,
    told: watch::Sender<Vec<Looking>>,
}

struct Person {
    looking: Looking,
    tabs: usize,
    /// Counts up at each coming, so that a leaving from before it does not count.
    came: u64,
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
        looking: Looking,
        grace: Duration,
    ) -> (Seat, watch::Receiver<Vec<Looking>>) {
        let mut rooms = self.rooms();
        let room = rooms
            .entry(stream)
            .or_insert_with(|| Room { people: HashMap::new(), told: watch::channel(Vec::new()).0 });
        let entry =
            room.people.entry(person).or_insert(Person { looking: looking.clone(), tabs: 0, came: 0 });
        *entry = Person { looking, tabs: entry.tabs + 1, came: entry.came + 1 };
        let mut heard = room.told.subscribe();
        room.tell();
        heard.mark_changed();
        (Seat { presence: self.clone(), stream, person, grace }, heard)
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<StreamId, Room>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
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
        if room.people.get(&person).is_some_and(|entry| entry.tabs == 0 && entry.came == came) {
            room.people.remove(&person);
            room.tell();
        }
        if room.people.is_empty() {
            rooms.remove(&stream);
        }
    }
}

impl Room {
    /// Tells everyone, unless it is what they know.
    fn tell(&self) {
        let mut people: Vec<Looking> = self.people.values().map(|person| person.looking.clone()).collect();
        people.sort_by(|a, b| a.name.cmp(&b.name));
        self.told.send_if_modified(|known| {
            let changed = *known != people;
            *known = people;
            changed
        });
    }
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
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(10);

    fn rosa() -> Looking {
        Looking { name: "Rosa Klein".into(), initials: "RK".into(), kind: "person".into() }
    }

    #[tokio::test(start_paused = true)]
    async fn two_tabs_are_one_person_and_a_reload_is_not_a_leaving() {
        let presence = Arc::new(Presence::default());
        let (stream, person) = (StreamId::generate(), PersonId::new());
        let (first, mut heard) = presence.join(stream, person, rosa(), GRACE);
        let (second, _) = presence.join(stream, person, rosa(), GRACE);
        assert_eq!(heard.borrow_and_update().len(), 1);
        drop((first, second));
        tokio::time::sleep(GRACE / 2).await;
        let (again, _) = presence.join(stream, person, rosa(), GRACE);
        tokio::time::sleep(GRACE * 2).await;
        assert_eq!(heard.borrow().len(), 1);
        drop(again);
        tokio::time::sleep(GRACE * 2).await;
        assert!(heard.borrow().is_empty());
        assert!(presence.rooms().is_empty());
    }
}
