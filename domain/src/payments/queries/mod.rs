//! Reading accounts, payments and what the page to pay on shows.

mod account;
mod attempts;
mod bank;
mod cards;
mod facts;
mod health;
mod link;
mod lists;
mod pay_view;
mod policy;
mod wallet;

pub use account::account;
pub(crate) use account::account_in;
pub use attempts::{Attempt, attempts_of};
pub use bank::bank_details;
pub use cards::card_on_file;
pub(crate) use cards::card_on_file_in;
pub use facts::{FactRow, latest_facts};
pub use health::{AccountHealth, account_health_by};
pub use link::{open_link, open_link_from};
pub(crate) use lists::all_payments;
pub use lists::{disputes, list_payments, payments_of, refunds_to_send};
pub use pay_view::pay_view;
pub(crate) use pay_view::{chased_in, plan_in, rest_in};
pub use policy::policy;
pub(crate) use policy::policy_in;
pub use wallet::{Wallet, takes_cards, wallet};
