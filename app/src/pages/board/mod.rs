//! The board of all clients.

mod card;
mod columns;
mod filter;
mod place;
mod show;
mod view;

pub use place::create as place;
pub use show::{parts, show};

const HERE: &str = "/desk/board";
