//! Tokens: keys for programs, an agent's own or an operator's.

mod form;
mod list;
mod made;
mod revoke;

pub use form::{create, new};
pub use list::show;
pub use revoke::create as revoke;

const LIST: &str = "/desk/tokens";
