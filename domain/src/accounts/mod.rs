//! People: how they sign up and in, where they belong, how they are invited.

mod email;
mod model;

pub mod commands;
pub mod devices;
pub mod limits;
pub mod passwords;
pub mod queries;
pub mod sign_ins;
#[cfg(test)]
mod tests;

pub use email::{display_email, read_email};
pub use model::{BrowserVisit, Colleague, Membership, PendingInvitation, People, SignedInBrowser};
