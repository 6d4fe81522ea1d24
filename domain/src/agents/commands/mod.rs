//! What operators do with agents: take one on, change it and how it is reached, let it rest.

mod key;
mod write;

pub(crate) use key::reseal_in;
pub use key::{remove_key, set_key};
pub use write::{change, create, create_in, edit, hire, set_ready};
