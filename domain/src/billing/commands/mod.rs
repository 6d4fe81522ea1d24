//! Changing subscriptions and invoices.

mod audit_log;
pub mod balance;
mod bill_period;
mod change;
mod choose;
mod codes;
mod credit;
mod draft;
mod end;
mod hold;
mod issue;
mod lock;
mod newcomer;
mod numbers;
mod parties;
mod pause;
mod payment;
mod renew;
mod subscribe;
mod void;

pub use balance::{BalanceForm, adjust_balance};
pub use change::{change_now, preview_change};
pub(crate) use choose::begin_if_none_in;
pub use choose::{PlanChange, choose, choose_with_code};
pub(crate) use codes::use_code_in;
pub use codes::{apply_code, create_code, end_code, set_client_price};
pub use credit::{credit, settle_credit};
pub use draft::{discard, draft, redraft};
pub(crate) use end::end_unpaid_in;
pub use end::{end_now, end_with_period};
pub(crate) use hold::hold_in;
pub use issue::{IssueOutcome, issue};
pub(crate) use issue::{issue_held_in, mail_unsent_in};
pub use newcomer::begin_unpaid;
pub(crate) use newcomer::card_kept_in;
#[cfg(test)]
pub(super) use newcomer::confirmed_in;
pub(crate) use newcomer::{owners_confirmed_in, sign_up_in};
pub use parties::{BillingDetails, bill_to};
pub(crate) use parties::{bill_to_in, lacks_in};
pub use pause::{PauseOutcome, pause, resume};
pub(crate) use payment::{LockedInvoice, lock_invoice, settle_in};
pub use payment::{mark_paid, take_back_payment};
pub use renew::renew_due;
pub use subscribe::subscribe_in;
pub use void::void;

pub(crate) use audit_log::record_invoice_in;
pub(super) use audit_log::record_subscription_by_portal_in;
pub(super) use end::end_in;
pub(super) use issue::{NewInvoice, insert_issued_in};
pub(super) use lock::{LockedSubscription, lock_subscription};
pub(crate) use numbers::zone_in;
pub(in crate::billing) use numbers::{format_in, read_currency};
pub(super) use pause::begin_pause_in;
pub(crate) use pause::pause_if_at_rest_in;
