//! Clients: the small businesses that bought an offer, as their operator keeps them.

pub mod commands;
mod model;
pub mod queries;
mod room;
#[cfg(test)]
mod tests;

pub use model::{Client, ClientDetails, ClientFilter, ClientName, ClientRow, Clients, NewClient};
pub use room::in_gigabytes;
