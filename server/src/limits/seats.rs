//! Who follows, and how many of each tenant.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use sessions::Tenant;

use super::{Limits, Refusal};

/// How somebody follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatKind {
    /// By server-sent events.
    Sse,
    /// By a long-poll that waits.
    LongPoll,
    /// One stream over a page's socket.
    Socket,
}

impl SeatKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sse, Self::LongPoll, Self::Socket];

    /// As the metrics call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sse => "sse",
            Self::LongPoll => "long_poll",
            Self::Socket => "socket",
        }
    }
}

#[derive(Debug)]
pub(super) struct Seats {
    taken: [AtomicU64; SeatKind::ALL.len()],
    limit: Option<Limit>,
}

#[derive(Debug)]
struct Limit {
    most: u64,
    /// Of the tenants that have any.
    taken: Mutex<HashMap<Tenant, u64>>,
}

impl Seats {
    pub(super) fn new(most: Option<u64>) -> Self {
        Self { taken: Default::default(), limit: most.map(|most| Limit { most, taken: Mutex::default() }) }
    }

    pub(super) fn taken(&self, kind: SeatKind) -> u64 {
        self.taken[kind as usize].load(Relaxed)
    }
}

impl Limit {
    fn take(&self, tenant: Tenant) -> Result<(), Refusal> {
        let mut all = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = all.get(&tenant).copied().unwrap_or_default();
        if taken >= self.most {
            return Err(Refusal::Followers);
        }
        all.insert(tenant, taken + 1);
        Ok(())
    }

    fn give_back(&self, tenant: Tenant) {
        let mut all = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let left = all.get(&tenant).map_or(0, |taken| taken.saturating_sub(1));
        if left == 0 {
            all.remove(&tenant);
        } else {
            all.insert(tenant, left);
        }
    }
}

/// The right to follow, as long as it is held.
#[derive(Debug)]
pub struct Seat {
    limits: Arc<Limits>,
    tenant: Tenant,
    kind: SeatKind,
}

impl Seat {
    /// As [`Limits::seat`], without counting that there is none: whoever was told so only looks again.
    pub(crate) fn take(limits: &Arc<Limits>, tenant: Tenant, kind: SeatKind) -> Result<Self, Refusal> {
        if let Some(limit) = &limits.seats.limit {
            limit.take(tenant)?;
        }
        limits.seats.taken[kind as usize].fetch_add(1, Relaxed);
        Ok(Self { limits: Arc::clone(limits), tenant, kind })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Seats { taken, limit } = &self.limits.seats;
        if let Some(limit) = limit {
            limit.give_back(self.tenant);
        }
        taken[self.kind as usize].fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::limits::Allowance;

    #[test]
    fn a_seat_is_given_back_and_each_tenant_has_its_own() {
        let limits = Arc::new(Limits::new(Allowance { followers: Some(2), ..Allowance::default() }));
        let [one, other] =
            [1, 2].map(|id| Tenant { workspace: Uuid::nil(), client: Some(Uuid::from_u128(id)) });
        let first = limits.seat(one, SeatKind::Sse).unwrap();
        let _second = limits.seat(one, SeatKind::Socket).unwrap();
        assert_eq!(limits.seat(one, SeatKind::Sse).unwrap_err(), Refusal::Followers);
        assert!(limits.seat(other, SeatKind::Sse).is_ok());
        assert_eq!(
            [SeatKind::Sse, SeatKind::LongPoll, SeatKind::Socket].map(|kind| limits.followers(kind)),
            [1, 0, 1]
        );
        drop(first);
        assert!(limits.seat(one, SeatKind::LongPoll).is_ok());
        assert_eq!(SeatKind::ALL.map(|kind| limits.followers(kind)), [0, 0, 1]);
    }
}
