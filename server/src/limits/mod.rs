//! What one tenant (a workspace's client, or the desk) may take of the session log, so that one that runs wild leaves
//! room for the others. Nothing is dropped in silence: whoever is refused is told so, and it is counted.
//!
//! Limited is what comes from outside, over the log's protocols. What the product appends in its own transactions is
//! not: it has limits of its own, and a state must not be kept from changing because its event is one too many.

mod allowance;
mod keep;
mod rate;
mod refusal;
mod seats;
mod stored;

use std::sync::Arc;

use sessions::Tenant;

pub use allowance::Allowance;
pub use keep::start;
pub use refusal::{Reason, Refusal};
pub use seats::{Seat, SeatKind};

use rate::Rates;
use refusal::Refusals;
use seats::Seats;
use stored::Stored;

/// The limits of this node, and how far each tenant is from them.
#[derive(Debug)]
pub struct Limits {
    rates: Option<Rates>,
    seats: Seats,
    stored: Option<Stored>,
    refusals: Refusals,
}

impl Default for Limits {
    /// None at all.
    fn default() -> Self {
        Self::new(Allowance::default())
    }
}

impl Limits {
    /// These limits, of which nobody has used anything.
    #[must_use]
    pub fn new(allowance: Allowance) -> Self {
        Self {
            rates: allowance.append_rate.map(Rates::new),
            seats: Seats::new(allowance.followers),
            stored: allowance.stored_bytes.map(Stored::new),
            refusals: Refusals::default(),
        }
    }

    /// Whether the tenant may append so many events now; they are counted only where it matters.
    ///
    /// # Errors
    /// When it has appended too many lately.
    pub fn may_append(&self, tenant: Tenant, events: impl FnOnce() -> usize) -> Result<(), Refusal> {
        match &self.rates {
            Some(rates) => rates.take(tenant, events()).map_err(|refusal| self.refused(refusal)),
            None => Ok(()),
        }
    }

    /// Whether the tenant's streams may hold more than they do.
    ///
    /// # Errors
    /// When they held too much as they were last counted.
    pub fn may_store(&self, tenant: Tenant) -> Result<(), Refusal> {
        match &self.stored {
            Some(stored) => stored.has_room(tenant).map_err(|refusal| self.refused(refusal)),
            None => Ok(()),
        }
    }

    /// A seat for somebody of the tenant who follows, given back when it is dropped.
    ///
    /// # Errors
    /// When the tenant's are all taken.
    pub fn seat(self: &Arc<Self>, tenant: Tenant, kind: SeatKind) -> Result<Seat, Refusal> {
        Seat::take(self, tenant, kind).map_err(|refusal| self.refused(refusal))
    }

    /// Counts something that was refused elsewhere.
    pub fn count(&self, reason: Reason) {
        self.refusals.count(reason);
    }

    /// How often something was refused for the reason.
    #[must_use]
    pub fn refusals(&self, reason: Reason) -> u64 {
        self.refusals.of(reason)
    }

    /// How many follow that way now.
    #[must_use]
    pub fn followers(&self, kind: SeatKind) -> u64 {
        self.seats.taken(kind)
    }

    /// How many bytes all tenants' streams held when they were last counted; none where nobody counts.
    #[must_use]
    pub fn stored_bytes(&self) -> Option<u64> {
        self.stored.as_ref().map(Stored::all)
    }

    fn refused(&self, refusal: Refusal) -> Refusal {
        self.count(refusal.reason());
        refusal
    }
}
