//! Agents: the digital employees of a workspace.

mod backend;
pub mod command_line;
pub mod commands;
mod key;
mod model;
mod new_reach;
pub mod queries;

pub use backend::{Backend, Need, Needs, PORTAL_TOOLS, Settings};
pub use model::{Agent, AgentNow, AgentRun, NewAgent, Reach};
pub use new_reach::{NewKey, NewReach};
