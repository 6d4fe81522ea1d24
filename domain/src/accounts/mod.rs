//! People: how they sign up and in, where they belong, how they are invited.

mod email;
mod model;

#[cfg(feature = "sql")]
pub mod commands;
#[cfg(feature = "sql")]
pub mod limits;
#[cfg(feature = "sql")]
pub mod passwords;
#[cfg(feature = "sql")]
pub mod queries;
#[cfg(feature = "sql")]
pub mod sign_ins;
#[cfg(all(test, feature = "sql"))]
mod tests;

pub use email::read_email;
pub use model::{Arrival, Browser, Colleague, Invited, People, Standing};
