//! One room: who is in it here, and who on other nodes.

use std::collections::HashMap;

use domain::ids::PersonId;
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;
use wire::frames::Viewer;

/// Those who look at one stream.
#[derive(Default)]
pub(super) struct Room {
    pub(super) people: HashMap<PersonId, LocalViewer>,
    /// By node.
    pub(super) remote: HashMap<Uuid, RemoteViewers>,
    pub(super) viewers: watch::Sender<Vec<Viewer>>,
}

/// Somebody on this node.
pub(super) struct LocalViewer {
    pub(super) viewer: Viewer,
    pub(super) tabs: usize,
    /// Counts up at each coming, so that a leaving from before it does not count.
    pub(super) arrivals: u64,
}

/// Those on another node.
pub(super) struct RemoteViewers {
    pub(super) people: Vec<(PersonId, Viewer)>,
    /// When it named them last.
    pub(super) seen_at: Instant,
}

impl Room {
    /// Sends everyone here who looks, unless it is what they know.
    pub(super) fn publish(&self) {
        let here = self.people.iter().map(|(id, person)| (*id, &person.viewer));
        let remote = self.remote.values().flat_map(|others| &others.people);
        let all: HashMap<PersonId, &Viewer> = remote.map(|(id, viewer)| (*id, viewer)).chain(here).collect();
        let mut people: Vec<Viewer> = all.into_values().cloned().collect();
        people.sort_by(|a, b| a.name.cmp(&b.name));
        self.viewers.send_if_modified(|known| {
            let changed = *known != people;
            *known = people;
            changed
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty() && self.remote.is_empty()
    }

    /// Whom other nodes get to know.
    pub(super) fn here(&self) -> Vec<(PersonId, Viewer)> {
        self.people.iter().map(|(id, person)| (*id, person.viewer.clone())).collect()
    }
}
