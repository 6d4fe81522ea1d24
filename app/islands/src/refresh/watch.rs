//! When to read again.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*, task::spawn_local};

use super::swap;
use crate::{
    live::{LiveUpdate, follow},
    send,
};

/// Hints of one change come close together: one reading answers them all.
const GATHER: Duration = Duration::from_millis(120);
/// While something is held in place, and after a reading that failed.
const LATER: Duration = Duration::from_millis(1_500);
/// Clocks and ages on the page grow old by themselves.
const AGE: Duration = Duration::from_secs(60);
/// The event by which another island says that it has changed something.
pub const STALE: &str = "stale";

struct WatchedPart {
    url: String,
    target: String,
    said: RwSignal<String>,
    /// Something changed since the last reading began.
    stale: Cell<bool>,
    /// A reading is under way or about to be.
    busy: Cell<bool>,
}

/// Follows the stream for as long as the island lives.
pub fn start(stream: String, from: u64, url: String, target: String, said: RwSignal<String>) {
    let part = Rc::new(WatchedPart { url, target, said, stale: Cell::new(false), busy: Cell::new(false) });
    let told = part.clone();
    let following = StoredValue::new_local(follow(
        stream,
        from,
        Rc::new(move |heard| match heard {
            LiveUpdate::Events { from, ends, .. } => {
                told.clone().soon(GATHER);
                ends.last().copied().unwrap_or(from)
            }
            LiveUpdate::People(_) | LiveUpdate::Gone => 0,
        }),
    ));
    let aged = part.clone();
    let ageing = set_interval_with_handle(move || aged.clone().grow_old(), AGE);
    let changed = part.clone();
    let changed = window_event_listener_untyped(STALE, move |_| changed.clone().soon(Duration::ZERO));
    let seen = window_event_listener_untyped("pageshow", move |_| part.clone().grow_old());
    on_cleanup(move || {
        following.dispose();
        changed.remove();
        seen.remove();
        if let Ok(ageing) = ageing {
            ageing.clear();
        }
    });
}

impl WatchedPart {
    fn grow_old(self: Rc<Self>) {
        if !document().hidden() {
            self.soon(Duration::ZERO);
        }
    }

    fn soon(self: Rc<Self>, after: Duration) {
        self.stale.set(true);
        if !self.busy.replace(true) {
            set_timeout(move || self.read(), after);
        }
    }

    fn read(self: Rc<Self>) {
        if swap::is_held(&self.target) {
            return set_timeout(move || self.read(), LATER);
        }
        self.stale.set(false);
        spawn_local(async move {
            let read = send::get(&self.url, "text/html").await;
            // It may have been picked up meanwhile; then it is read anew.
            let shown = match &read {
                Some(html) if !swap::is_held(&self.target) => {
                    if let Some(words) = swap::put(&self.target, html) {
                        self.said.set(words);
                    }
                    true
                }
                _ => false,
            };
            self.busy.set(false);
            match (shown, self.stale.get()) {
                (true, false) => {}
                (true, true) => self.soon(GATHER),
                // Back when the line is: what was missed is told then as well.
                (false, _) => self.soon(LATER),
            }
        });
    }
}
