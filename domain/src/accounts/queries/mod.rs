//! What is read of people and their places.

mod memberships;
mod people;
mod welcome;

pub use memberships::{all_memberships_in, arrive, memberships_in};
pub(super) use people::role;
pub use people::{client_name, people};
pub use welcome::{FirstInvoice, Welcome, welcome};
