//! Subscriptions: durable cursors over a tenant's named streams that wake a worker when something is pending.
//!
//! All their state stands in the database. A wake has a generation; what a worker says of an earlier one is refused. A
//! lease bounds how long a worker may be silent. Who calls has settled who may, and has checked the workers' tokens.

mod dispatch;
mod glob;
mod keys;
mod make;
mod model;
mod sql;
mod wake;
mod watch;
mod webhooks;
mod work;

pub use model::{
    Delivery, Link, NewSubscription, Report, Subscription, SubscriptionError, Wake, Wakes, WorkerNext,
};

pub(crate) use dispatch::run;
pub(crate) use watch::Watch;
