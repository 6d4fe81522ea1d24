//! A request's session: what is written to it ([`Event`]) and how that reads ([`Conversation`]).
//!
//! The server folds and draws: a page is rendered from the fold at an offset, and a part of it that changes is folded and
//! rendered again. The browser hears of changes, asks for what is drawn anew, and writes down only the words of a text as
//! they come (`app/islands/src/conversation`).

pub mod commands;
mod event;
mod fold;
mod join;
pub mod queries;
mod snapshot;

pub(crate) use commands::DeletedEntry;
pub use event::{
    Author, AuthorKind, Choice, Deletable, Event, Part, PlanStep, RunState, StepState, step_words,
};
pub use fold::{Body, ControlResult, Conversation, Entry, Reading, RunNow, SettledApproval, SubRunNow};
pub use join::{JoinedEvent, join};
