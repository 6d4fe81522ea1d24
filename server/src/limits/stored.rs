//! How much the tenants' streams hold. Known from the last count, so that an append asks nobody: a tenant may hold more
//! than its limit by what it appends from one count to the next.

use std::{
    collections::HashSet,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use sessions::Tenant;

use super::Refusal;

#[derive(Debug)]
pub(super) struct Stored {
    most: u64,
    /// Whose streams hold as much as they may.
    full: RwLock<HashSet<Tenant>>,
    all: AtomicU64,
}

impl Stored {
    pub(super) fn new(most: u64) -> Self {
        Self { most, full: RwLock::default(), all: AtomicU64::default() }
    }

    pub(super) fn has_room(&self, tenant: Tenant) -> Result<(), Refusal> {
        let full = self.full.read().unwrap_or_else(PoisonError::into_inner);
        if full.contains(&tenant) { Err(Refusal::Stored { most: self.most }) } else { Ok(()) }
    }

    pub(super) fn all(&self) -> u64 {
        self.all.load(Relaxed)
    }

    pub(super) fn take_in(&self, counted: &[(Tenant, u64)]) {
        let full = counted.iter().filter(|(_, bytes)| *bytes >= self.most).map(|(tenant, _)| *tenant);
        *self.full.write().unwrap_or_else(PoisonError::into_inner) = full.collect();
        self.all.store(counted.iter().map(|(_, bytes)| bytes).sum(), Relaxed);
    }
}
