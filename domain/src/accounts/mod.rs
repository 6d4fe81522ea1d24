//! People: how they sign up and in, where they belong, how they are invited.

#[cfg(feature = "sql")]
mod email;
mod model;

#[cfg(feature = "sql")]
pub mod commands;
#[cfg(feature = "sql")]
pub mod devices;
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

#[cfg(feature = "sql")]
pub use email::{display_email, read_email};
pub use model::{Arrival, Browser, Colleague, Invited, People, Standing};
