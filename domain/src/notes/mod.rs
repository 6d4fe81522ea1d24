//! Notes: what is known of a client, as Markdown under paths, with every version that was.

mod model;

mod path;
mod read;
mod search;
mod write;

#[cfg(test)]
mod tests;

pub use model::{Found, Note, NoteVersion};
pub use read::{read, version, versions};
pub use search::search;
pub use write::write;
