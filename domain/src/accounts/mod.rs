//! People: how they sign in, where they belong, how they are invited.

mod model;
#[cfg(feature = "sql")]
pub mod queries;

pub use model::{Arrival, Standing};
