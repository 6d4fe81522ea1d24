//! What is read of people and their places.

mod people;
mod places;

pub use people::people;
pub(super) use people::role;
pub use places::{arrive, places_in, standings_in};
