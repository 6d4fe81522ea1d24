//! Agents: the digital employees of a workspace.

mod backend;
mod model;

#[cfg(feature = "sql")]
mod commands;
#[cfg(feature = "sql")]
mod key;
#[cfg(feature = "sql")]
mod queries;
#[cfg(feature = "sql")]
mod reach;

pub use backend::{Backend, PORTAL_TOOLS, Settings};
#[cfg(feature = "sql")]
pub use commands::{create, create_in, edit, set_ready};
#[cfg(feature = "sql")]
pub use key::{has_key, remove_key, set_key};
pub use model::{Agent, AgentNow, AgentRun, NewAgent};
#[cfg(feature = "sql")]
pub(crate) use queries::if_ready_in;
#[cfg(feature = "sql")]
pub use queries::{for_client, for_client_in, get, list, now};
#[cfg(feature = "sql")]
pub use reach::{Reach, reach};
