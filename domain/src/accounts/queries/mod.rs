//! What is read of people and their places.

mod people;
mod places;
mod welcome;

pub(super) use people::role;
pub use people::{client_name, people};
pub use places::{arrive, places_in, standings_in};
pub use welcome::{FirstInvoice, Welcome, welcome};
