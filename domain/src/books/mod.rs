//! The operator's books: what was billed, paid and paid back, by month; whether it fits; what comes in and who may leave.
//!
//! Months are the workspace's own, in its zone. Everything is for operators alone, but for a client's statement of a year.

mod csv;
mod model;
pub mod queries;

pub use model::{
    BookFile, Expected, Leaving, Misfit, Month, MonthMovement, Outlook, Statement, StatementEntry,
    TiedPayment, Ties,
};

#[cfg(test)]
mod tests;
