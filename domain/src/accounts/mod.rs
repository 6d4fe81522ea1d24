//! People: how they sign in, where they belong, how they are invited.

mod model;
#[cfg(feature = "sql")]
pub mod queries;
#[cfg(feature = "sql")]
pub mod sign_ins;

pub use model::{Arrival, Standing};
