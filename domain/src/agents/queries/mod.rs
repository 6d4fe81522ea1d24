//! What is read of agents: as they are listed, who works for a client, and how one is reached.

mod key;
mod list;
mod reach;

pub use key::{has_key, kept_key};
pub(crate) use list::{client_in, if_ready_in};
pub use list::{for_client, for_client_in, get, list, list_with_runs};
pub use reach::reach;
