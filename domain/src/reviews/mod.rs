//! Reviews: the client's verdict on what was delivered.

pub mod commands;
mod model;
pub mod queries;

pub use model::Review;
