//! The operator's desk: what wants them today, and the board of all clients.

mod board;
mod model;
mod outlook;
mod today;

pub use board::board;
pub use model::{
    Board, BoardCard, BoardColumn, FailedRun, Few, HeldInvoice, NewClient, Start, Today, UnpaidInvoice,
};
pub use outlook::{Outlook, outlook};
pub use today::today;
