//! A request's session: what is written to it ([`Event`]) and how that reads ([`Conversation`]).
//!
//! The fold is one piece of code for the server's first paint and for the page that follows live.

#[cfg(feature = "sql")]
mod delete;
mod event;
mod fold;
#[cfg(feature = "sql")]
mod join;
#[cfg(feature = "sql")]
mod read;
#[cfg(feature = "sql")]
mod retain;
#[cfg(feature = "sql")]
mod snapshot;
pub mod wire;

#[cfg(feature = "sql")]
pub(crate) use delete::{Deleted, delete_in};
pub use event::{Author, AuthorKind, Choice, Deletable, Event, Part, PlanStep, RunState, StepState};
pub use fold::{Body, Conversation, Entry, Outcome, Reading, RunNow, Settled, SubRunNow};
#[cfg(feature = "sql")]
pub use {
    join::{Joined, join},
    read::{beginning, find, read},
    retain::retain,
    snapshot::snapshot,
};
