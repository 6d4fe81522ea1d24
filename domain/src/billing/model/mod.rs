mod credit;
mod invoice;
mod subscription;

pub use credit::CreditNote;
pub use invoice::{Invoice, InvoiceDraft, InvoiceLine, InvoiceState};
pub use subscription::{NextOffer, Pause, Subscription, SubscriptionState};
