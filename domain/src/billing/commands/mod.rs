//! Changing subscriptions and invoices.

mod draft;
mod end;
mod hold;
mod issue;
mod pause;
mod payment;
mod subscribe;
mod void;

pub use draft::{discard, draft, redraft};
pub use end::{end_now, end_with_period};
pub use issue::issue;
pub use pause::{pause, resume};
pub use payment::{mark_paid, take_back_payment};
pub use subscribe::subscribe_in;
pub use void::void;

pub(super) use end::end_in;
pub(super) use hold::{Held, hold_in};
pub(crate) use issue::zone_in;
pub(super) use issue::{NewInvoice, insert_issued_in};
