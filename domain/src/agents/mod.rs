//! Agents: the digital employees of a workspace.

mod backend;
mod model;

pub mod command_line;
#[cfg(feature = "sql")]
mod commands;
#[cfg(feature = "sql")]
mod key;
#[cfg(feature = "sql")]
mod new_reach;
#[cfg(feature = "sql")]
mod queries;
#[cfg(feature = "sql")]
mod reach;

pub use backend::{Backend, Need, Needs, PORTAL_TOOLS, Settings};
#[cfg(feature = "sql")]
pub use commands::{change, create, create_in, edit, hire, set_ready};
#[cfg(feature = "sql")]
pub(crate) use key::reseal_in;
#[cfg(feature = "sql")]
pub use key::{has_key, kept_key, remove_key, set_key};
pub use model::{Agent, AgentNow, AgentRun, NewAgent};
#[cfg(feature = "sql")]
pub use new_reach::{NewKey, NewReach};
#[cfg(feature = "sql")]
pub(crate) use queries::{client_in, if_ready_in};
#[cfg(feature = "sql")]
pub use queries::{for_client, for_client_in, get, list, now};
#[cfg(feature = "sql")]
pub use reach::{Reach, reach};
