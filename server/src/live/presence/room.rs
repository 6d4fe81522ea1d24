//! One room: who is in it here, and who on other nodes.

use std::collections::HashMap;

use domain::ids::PersonId;
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;
use wire::frames::Viewer;

/// Those who look at one stream.
#[derive(Default)]
pub(super) struct Room {
    pub(super) people: HashMap<PersonId, Person>,
    /// By node.
    pub(super) elsewhere: HashMap<Uuid, Others>,
    pub(super) told: watch::Sender<Vec<Viewer>>,
}

/// Somebody on this node.
pub(super) struct Person {
    pub(super) viewer: Viewer,
    pub(super) tabs: usize,
    /// Counts up at each coming, so that a leaving from before it does not count.
    pub(super) came: u64,
}

/// Those on another node.
pub(super) struct Others {
    pub(super) people: Vec<(PersonId, Viewer)>,
    /// When it told of them last.
    pub(super) told: Instant,
}

impl Room {
    /// Tells everyone, unless it is what they know.
    pub(super) fn tell(&self) {
        let here = self.people.iter().map(|(id, person)| (*id, &person.viewer));
        let elsewhere = self.elsewhere.values().flat_map(|others| &others.people);
        let all: HashMap<PersonId, &Viewer> =
            elsewhere.map(|(id, viewer)| (*id, viewer)).chain(here).collect();
        let mut people: Vec<Viewer> = all.into_values().cloned().collect();
        people.sort_by(|a, b| a.name.cmp(&b.name));
        self.told.send_if_modified(|known| {
            let changed = *known != people;
            *known = people;
            changed
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty() && self.elsewhere.is_empty()
    }

    /// Who other nodes are told of.
    pub(super) fn here(&self) -> Vec<(PersonId, Viewer)> {
        self.people.iter().map(|(id, person)| (*id, person.viewer.clone())).collect()
    }
}
