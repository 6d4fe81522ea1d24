//! Requests: pieces of work asked for, where they stand, and their clock.

mod column;
mod model;

pub mod clock;
pub mod commands;
pub mod lock;
pub(crate) mod position;
pub mod queries;
pub(crate) mod unseen;

pub use column::{Column, Priority};
pub use model::{
    Card, CardRun, Detail, HeldBy, Home, MovedRequest, NewRequest, Next, Outlook, Position, RequestPage,
    SlotCount, SpanView, UnseenRequest, WaitReason,
};
