//! Agents: what each does now, who they are, and whether they take work.

mod edit;
mod form;
mod list;
mod reach;
mod rest;
mod rows;

pub use edit::{edit, save};
pub use form::{create, new};
pub use list::{parts, show};
pub use rest::create as rest;

const LIST: &str = "/desk/agents";
