//! Payments on the desk: the workspace's account at Stripe, what was heard from there, and the bank account for transfers.

mod account;
mod bank;
mod change;
mod connect;
mod facts;
pub mod plan;
mod show;
mod webhook;

pub use bank::save as bank;
pub use change::{check, disconnect};
pub use connect::create as connect;
pub use show::show;
pub use webhook::save as secret;

const PAGE: &str = "/desk/payments";
