//! Reading subscriptions, invoices and the money figures.

mod balance;
mod billing_details;
mod codes;
mod credits;
mod figures;
mod invoices;
mod recurring;
mod subscriptions;
mod unsettled;

pub use balance::balance;
pub use billing_details::billing_details;
pub use codes::list_codes;
pub use credits::{get_credit_note, get_credit_note_by_number, list_credit_notes};
pub use figures::{Figures, figures};
pub use invoices::{InvoiceFilter, Invoices, get, get_by_number, list};
pub use recurring::{MonthRevenue, Recurring, recurring};
pub(crate) use recurring::{a_month, moments};
pub use subscriptions::{
    find_subscription, list_billable_clients, list_pauses, list_subscriptions, list_subscriptions_of,
};
pub use unsettled::{UnsettledSubscription, Why};
