//! Payments: how money comes in for invoices and goes back. Cards are charged by a payment provider, bank transfers are noted by the
//! operator; what an invoice is and when it is due belongs to [`crate::billing`].
//!
//! Money never moves inside a database transaction. What is about to be done is stored and committed first, with its id as the
//! call's key; then the call is made; what became of it is acted on in a transaction of its own. Whoever dies in between leaves a
//! row whose lease runs out, and [`commands::go_on`] makes the same call with the same key.

mod account;
mod bank;
mod chasing;
pub mod commands;
mod model;
pub mod provider;
pub mod queries;
#[cfg(test)]
mod tests;
pub mod transfer;

pub use account::{AccountSecrets, ConnectInput, PaymentAccount, Providers};
pub use bank::BankDetails;
pub use chasing::{ChasedInvoice, ChasingPlan, ChasingTry, LateFee, PlanStep, PlanStepKind, plan_for};
pub use model::{
    AttemptKind, AttemptState, CardOnFile, ChargeOutcome, Dispute, ExcessPolicy, FactOutcome, PayToken,
    PayView, Payment, PaymentMethod, PaymentUrls, ReceivedPayment, Refund, RefundStatus,
};

use crate::{Actor, Error, Result, Scope};

/// Settles that the scope may pay the client's invoices: operators, those who may see its bills, and whoever came by an
/// invoice's link. For everyone else there is nothing here.
fn may_pay(scope: &Scope) -> Result<()> {
    let may = match &scope.actor {
        Actor::Person { role, .. } => role.may_bill(),
        Actor::Visitor => scope.client.is_some(),
        Actor::System => true,
        Actor::Agent { .. } => false,
    };
    if may { Ok(()) } else { Err(Error::NotFound) }
}
