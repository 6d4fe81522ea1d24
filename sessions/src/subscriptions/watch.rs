//! Which streams have moved, for the dispatcher to look whom it concerns.

use std::{
    collections::HashSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;

use crate::{StreamId, core::locked};

/// More than these are found by looking through all.
const MOST: usize = 10_000;

/// What the writer tells the dispatcher, at next to no cost where there are no subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// Whether there is any subscription, as far as this node knows.
    any: AtomicBool,
    moved: Mutex<MovedStreams>,
    /// Something has moved.
    pub(super) stir: Notify,
    /// A webhook may be due.
    pub(super) due: Notify,
}

#[derive(Debug, Default)]
pub(super) struct MovedStreams {
    pub(super) streams: HashSet<StreamId>,
    /// There were too many to be kept.
    pub(super) all: bool,
}

impl Watch {
    pub(crate) fn is_needed(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    pub(super) fn need(&self, any: bool) {
        self.any.store(any, Ordering::Relaxed);
    }

    /// Something was appended to these streams.
    pub(crate) fn moved(&self, streams: impl IntoIterator<Item = StreamId>) {
        if !self.is_needed() {
            return;
        }
        let mut moved = locked(&self.moved);
        moved.streams.extend(streams);
        if moved.streams.len() > MOST {
            *moved = MovedStreams { streams: HashSet::new(), all: true };
        }
        drop(moved);
        self.stir.notify_one();
    }

    /// Anything may have moved.
    pub(crate) fn all_moved(&self) {
        if self.is_needed() {
            *locked(&self.moved) = MovedStreams { streams: HashSet::new(), all: true };
            self.stir.notify_one();
        }
    }

    pub(super) fn take(&self) -> MovedStreams {
        std::mem::take(&mut *locked(&self.moved))
    }
}
