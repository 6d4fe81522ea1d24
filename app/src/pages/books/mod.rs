//! The operator's books: a month's files and what does not fit, how revenue moves, what is to come, and statements of a year.

mod files;
mod growth;
mod month;
mod movement;
mod statement;

pub use files::download;
pub use growth::show as growth;
pub use month::show;
pub(crate) use statement::sums;
pub use statement::{StatementPath, show as statement, show_mine as my_statement};

const BOOKS: &str = "/desk/books";
