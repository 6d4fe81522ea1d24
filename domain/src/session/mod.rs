//! A request's session: what is written to it ([`Event`]) and how that reads ([`Conversation`]).
//!
//! The server folds and draws: a page is rendered from the fold at an offset, and a part of it that changes is folded and
//! rendered again. The browser hears of changes, asks for what is drawn anew, and writes down only the words of a text as
//! they come (`app/islands/src/conversation`).

mod delete;
mod event;
mod fold;
mod join;
mod read;
mod retain;
mod snapshot;

pub(crate) use delete::{Deleted, delete_in};
pub use event::{Author, AuthorKind, Choice, Deletable, Event, Part, PlanStep, RunState, StepState};
pub use fold::{Body, Conversation, Entry, Outcome, Reading, RunNow, Settled, SubRunNow};
pub use {
    join::{Joined, join},
    read::{beginning, find, read},
    retain::retain,
    snapshot::snapshot,
};
