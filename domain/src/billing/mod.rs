//! Billing: what a client holds, its paid periods and banked days, and what it is billed.
//!
//! A subscription copies the offer's terms when it is sold. Whoever changes one holds its row first, then its client's
//! board, then an invoice, then the workspace's counter of numbers, so that no two changes wait for each other.

mod charge;
pub mod commands;
pub mod countries;
mod currency;
mod entitlement;
mod model;
mod party;
mod period;
pub mod queries;
pub mod words;

pub(crate) use commands::{pause_if_at_rest_in, zone_in};
pub(crate) use currency::read_currency;
pub use entitlement::Entitlement;
pub use model::{
    Balance, BalanceEntry, BalanceReason, ChangeNow, CreditNote, Discount, DiscountCode, DiscountCodeForm,
    Invoice, InvoiceDraft, InvoiceLine, InvoiceState, NextOffer, Pause, PlanChangePreview, PlanChoice,
    Reduction, Subscription, SubscriptionState,
};
pub use party::{MissingDetail, Recipient, Sender, lacking};
pub(crate) use period::{end as period_end, instant};

use crate::{Actor, Error, Result, Scope, scope::operators_only};

/// Settles that the scope may see and settle bills: operators, a client's owners and its people for billing. For
/// everyone else there is nothing here.
pub(crate) fn may_bill(scope: &Scope) -> Result<()> {
    let may = match &scope.actor {
        Actor::Person { role, .. } => role.may_bill(),
        Actor::System => true,
        Actor::Agent { .. } | Actor::Visitor => false,
    };
    if may { Ok(()) } else { Err(Error::NotFound) }
}

#[cfg(test)]
mod tests;
