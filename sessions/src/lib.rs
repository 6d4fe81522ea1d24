//! A durable session engine on Postgres: ordered streams of JSON events, group commit, followers that miss nothing.
//!
//! - An [`Engine`] appends for many tenants at once, in group commits, and answers after the commit.
//! - The product appends inside its own transactions: [`append_in`], then [`Engine::wake`] after the commit.
//! - A [`Follower`] gets every event behind its offset, once and in order, and holds no connection while it waits.
//!
//! Who may append or read is settled before the engine is called; the `…_in` functions run under their caller's
//! row-level security. The tables are made by the migration `sessions`.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

mod backoff;
mod check;
mod core;
mod data;
mod engine;
mod erase;
mod error;
mod expiry;
mod figures;
mod follower;
mod frames;
mod id;
mod ledger;
mod model;
mod named;
mod names;
mod nodes;
mod offset;
mod options;
mod pace;
mod poll;
mod ring;
mod single_flight;
mod sql;
mod subscriptions;
mod sweep;
mod tail;
mod transaction;
mod writer;

pub use backoff::Backoff;
pub use data::Data;
pub use engine::Engine;
pub use error::{Error, may_pass};
pub use expiry::Expiry;
pub use figures::{Figures, Spread};
pub use follower::Follower;
pub use id::StreamId;
pub use model::{Append, AppendOutcome, Batch, Head, NewStream, Page, Producer, Record, Tenant};
pub use named::{CreateOutcome, ForkPoint, NewNamedStream};
pub use names::NamedStream;
pub use nodes::{Exchange, ExchangeError, NodeEvent, Nodes, TEXT_BYTES};
pub use offset::{InvalidOffset, Offset};
pub use options::{Clock, Options};
pub use subscriptions::{
    Delivery, Link, NewSubscription, Report, Subscription, SubscriptionError, Wake, Wakes, WorkerNext,
};
pub use transaction::{append_in, close_in, create_in, fence_in, find_in, head_in, read_in, redact_in};
