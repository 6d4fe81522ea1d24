//! A program proposes; an operator approves or declines.

mod decide;
mod propose;

pub use decide::{approve, decline};
pub use propose::propose;
