//! Reading subscriptions, invoices and the money figures.

mod beside;
mod billed;
mod credits;
mod figures;
mod invoices;
mod recurring;
mod subscriptions;

pub use beside::{Beside, Why};
pub use billed::billed;
pub use credits::{credit, credit_by_number, credits};
pub use figures::{Figures, figures};
pub use invoices::{Filter, Invoices, by_number, get, list};
pub use recurring::{Month, Recurring, recurring};
pub(crate) use recurring::{a_month, currency};
pub use subscriptions::{all, billable, every, of_client, pauses};
