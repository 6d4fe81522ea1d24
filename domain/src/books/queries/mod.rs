//! Reading the books.

mod files;
mod movement;
mod outlook;
mod statement;
mod ties;

pub use files::{BookDownload, download};
pub use movement::movement;
pub use outlook::outlook;
pub use statement::statement;
pub use ties::ties;
