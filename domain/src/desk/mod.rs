//! The operator's desk: what wants them today, and the board of all clients.

mod model;
pub mod queries;

pub use model::{
    Board, BoardCard, BoardColumn, FailedRun, Few, HeldInvoice, NewClient, Outlook, Start, Today,
    UnpaidInvoice,
};
