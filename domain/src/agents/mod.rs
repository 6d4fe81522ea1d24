//! Agents: the digital employees of a workspace.

mod backend;
mod model;

pub mod command_line;
mod commands;
mod key;
mod new_reach;
mod queries;
mod reach;

pub use backend::{Backend, Need, Needs, PORTAL_TOOLS, Settings};
pub use commands::{change, create, create_in, edit, hire, set_ready};
pub(crate) use key::reseal_in;
pub use key::{has_key, kept_key, remove_key, set_key};
pub use model::{Agent, AgentNow, AgentRun, NewAgent};
pub use new_reach::{NewKey, NewReach};
pub(crate) use queries::{client_in, if_ready_in};
pub use queries::{for_client, for_client_in, get, list, now};
pub use reach::{Reach, reach};
