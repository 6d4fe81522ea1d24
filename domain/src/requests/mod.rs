//! Requests: pieces of work asked for, where they stand, and their clock.

mod column;
mod model;

#[cfg(feature = "sql")]
pub mod clock;
#[cfg(feature = "sql")]
pub mod commands;
#[cfg(feature = "sql")]
pub mod lock;
#[cfg(feature = "sql")]
pub(crate) mod position;
#[cfg(feature = "sql")]
pub mod queries;
#[cfg(feature = "sql")]
pub(crate) mod unseen;

pub use column::{Column, Priority};
pub use model::{
    Card, CardRun, Detail, HeldBy, Home, Moved, NewRequest, Next, Outlook, Page, Place, Places, SpanView,
    Unseen, Waits,
};
