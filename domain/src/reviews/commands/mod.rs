//! A client's verdict, and what follows from it.

mod approve;
mod ask_for_change;

pub use approve::approve;
pub(crate) use approve::approve_in;
pub use ask_for_change::ask_for_change;
