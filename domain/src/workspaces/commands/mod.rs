//! Making a workspace, and changing one.

mod create;
mod update;

pub use create::{NewWorkspace, create_in};
pub use update::update;
