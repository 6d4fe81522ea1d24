//! How many connections there may be, in all and for each address, and how long one may wait for its next request.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use app::web::{ClientAddr, Reach};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Trusted;

/// Limits of connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Open at once.
    pub all: usize,
    /// Open at once from one address (an IPv6 one: from its /64).
    pub each: usize,
    /// From a request's first byte to the end of its head. 15 seconds.
    pub head: Duration,
    /// Until the first byte of a new connection. 15 seconds.
    pub first: Duration,
    /// Until the first byte of the next request. 75 seconds: more than proxies keep what they do not use (nginx 60), so
    /// that they hang up first and no request is sent into a connection that is just being closed.
    pub idle: Duration,
    /// Until whoever is sent something takes some of it. 60 seconds.
    pub stalled: Duration,
}

impl ConnectionLimits {
    /// The usual times, with so many connections.
    pub fn new(all: usize, each: usize) -> Self {
        let seconds = Duration::from_secs;
        Self { all, each, head: seconds(15), first: seconds(15), idle: seconds(75), stalled: seconds(60) }
    }
}

/// The connections that are open.
pub(super) struct Slots {
    pub(super) limits: ConnectionLimits,
    trusted: Trusted,
    reach: Reach,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    slots: HashMap<u64, Arc<Slot>>,
    from: HashMap<String, usize>,
    next: u64,
}

/// One connection's place. It is given back when the connection itself is dropped, which a socket outlives.
pub(super) struct Permit {
    slots: Arc<Slots>,
    id: u64,
    pub(super) slot: Arc<Slot>,
}

pub(super) struct Slot {
    /// Whose it is; none where connections are not counted by address.
    network: Option<String>,
    /// Cancelled when others need the place more.
    pub(super) evicted: CancellationToken,
    limits: ConnectionLimits,
    phase: Mutex<Phase>,
    /// Somebody has to take some of what is sent before more can be.
    stuck: AtomicBool,
}

#[derive(Clone, Copy)]
enum Phase {
    /// For a request, of which the first byte may be there.
    Waits {
        since: Instant,
        first: bool,
        head: Option<Instant>,
    },
    Works,
    /// The answer is made, and the end of it may still be on its way.
    Answers {
        head: Option<Instant>,
    },
}

impl Slots {
    pub(super) fn new(limits: ConnectionLimits, trusted: Trusted, reach: Reach) -> Arc<Self> {
        Arc::new(Self { limits, trusted, reach, open: Mutex::default() })
    }

    /// A place for a new connection. Where there is none, whoever has waited longest for a request makes room; none
    /// when all are at work.
    pub(super) fn take(self: &Arc<Self>, peer: SocketAddr) -> Option<Permit> {
        let network = self.network(peer.ip());
        let mut open = lock(&self.open);
        let has_many = |from: &String| open.from.get(from).is_some_and(|count| *count >= self.limits.each);
        if network.as_ref().is_some_and(has_many) {
            let id = longest(&open, |slot| slot.network == network)?;
            open.remove(id);
        } else if open.slots.len() >= self.limits.all {
            // Strangers before proxies, which wait for whoever comes next.
            let id = longest(&open, |slot| slot.network.is_some()).or_else(|| longest(&open, |_| true))?;
            open.remove(id);
        }
        let slot = Arc::new(Slot {
            network,
            evicted: CancellationToken::new(),
            limits: self.limits,
            phase: Mutex::new(Phase::Waits { since: Instant::now(), first: true, head: None }),
            stuck: AtomicBool::new(false),
        });
        let id = open.next;
        open.next += 1;
        if let Some(from) = &slot.network {
            *open.from.entry(from.clone()).or_default() += 1;
        }
        open.slots.insert(id, Arc::clone(&slot));
        Some(Permit { slots: Arc::clone(self), id, slot })
    }

    /// A trusted proxy's connections are many people's. While nobody else can reach the portal, this machine's own
    /// programs may take what there is.
    fn network(&self, ip: IpAddr) -> Option<String> {
        let alone = ip.to_canonical().is_loopback() && !self.reach.is_from_elsewhere();
        (!alone && !self.trusted.contains(ip)).then(|| ClientAddr::new(ip).network())
    }
}

/// The connection that has waited longest among these.
fn longest(open: &Open, of: impl Fn(&Slot) -> bool) -> Option<u64> {
    let waiting = open.slots.iter().filter(|(_, slot)| of(slot));
    let waiting = waiting.filter_map(|(id, slot)| Some((slot.waits_since()?, *id)));
    waiting.min().map(|(_, id)| id)
}

impl Open {
    fn remove(&mut self, id: u64) {
        let Some(slot) = self.slots.remove(&id) else { return };
        slot.evicted.cancel();
        if let Some(from) = &slot.network
            && let Some(count) = self.from.get_mut(from)
        {
            *count -= 1;
            if *count == 0 {
                self.from.remove(from);
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        lock(&self.slots.open).remove(self.id);
    }
}

impl Slot {
    /// Some of a request has come.
    pub(super) fn note_received(&self) {
        match &mut *lock(&self.phase) {
            Phase::Waits { head, .. } | Phase::Answers { head } => {
                head.get_or_insert_with(Instant::now);
            }
            Phase::Works => {}
        }
    }

    /// A request is whole, or the connection is no longer HTTP's.
    pub(super) fn works(&self) {
        *lock(&self.phase) = Phase::Works;
    }

    /// Its answer is made.
    pub(super) fn answers(&self) {
        *lock(&self.phase) = Phase::Answers { head: None };
    }

    /// The connection has sent what could be sent: once that is all, it waits for the next request.
    pub(super) fn settle(&self) {
        let mut phase = lock(&self.phase);
        if let (Phase::Answers { head }, false) = (*phase, self.stuck.load(Ordering::Relaxed)) {
            *phase = Phase::Waits { since: Instant::now(), first: false, head };
        }
    }

    /// Somebody has to take some of what is sent before more can be, or has.
    pub(super) fn set_stuck(&self, stuck: bool) {
        self.stuck.store(stuck, Ordering::Relaxed);
    }

    /// When the connection has waited long enough; none while it waits for no request.
    pub(super) fn ends_at(&self) -> Option<Instant> {
        match *lock(&self.phase) {
            Phase::Works | Phase::Answers { .. } => None,
            Phase::Waits { head: Some(began), .. } => Some(began + self.limits.head),
            Phase::Waits { since, first: true, .. } => Some(since + self.limits.first),
            Phase::Waits { since, .. } => Some(since + self.limits.idle),
        }
    }

    fn waits_since(&self) -> Option<Instant> {
        match *lock(&self.phase) {
            Phase::Waits { since, .. } => Some(since),
            Phase::Works | Phase::Answers { .. } => None,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
