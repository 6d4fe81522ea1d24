//! Clients: the small businesses that bought an offer, as their operator keeps them.

pub mod commands;
mod model;
pub mod queries;
#[cfg(test)]
mod tests;

pub use model::{Client, ClientRow, Clients, Named, NewClient, Shown};
