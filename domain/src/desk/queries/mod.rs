//! What the desk's pages read, each list bounded.

mod board;
mod outlook;
mod today;

pub use board::board;
pub use outlook::outlook;
pub use today::today;
