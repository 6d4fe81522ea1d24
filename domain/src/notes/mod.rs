//! Notes: what is known of a client, as Markdown under paths, with every version that was.

pub mod commands;
mod model;
mod path;
pub mod queries;

#[cfg(test)]
mod tests;

pub use model::{Note, NoteMatch, NoteVersion};
