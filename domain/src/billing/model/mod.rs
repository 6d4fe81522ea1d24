mod balance;
mod credit;
mod discount;
mod invoice;
mod plan_change;
mod plan_choice;
mod subscription;

pub use balance::{Balance, BalanceEntry, BalanceReason};
pub use credit::CreditNote;
pub(super) use discount::reduction;
pub use discount::{Discount, DiscountCode, DiscountCodeForm, Reduction};
pub use invoice::{Invoice, InvoiceDraft, InvoiceLine, InvoiceState};
pub use plan_change::{ChangeNow, PlanChangePreview};
pub use plan_choice::PlanChoice;
pub use subscription::{NextOffer, Pause, Subscription, SubscriptionState};
