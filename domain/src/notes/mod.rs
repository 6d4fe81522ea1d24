//! Notes: what is known of a client, as Markdown under paths, with every version that was.

mod model;

#[cfg(feature = "sql")]
mod path;
#[cfg(feature = "sql")]
mod read;
#[cfg(feature = "sql")]
mod search;
#[cfg(feature = "sql")]
mod write;

#[cfg(feature = "sql")]
#[cfg(test)]
mod tests;

pub use model::{Found, Note, NoteVersion};
#[cfg(feature = "sql")]
pub use read::{read, version, versions};
#[cfg(feature = "sql")]
pub use search::search;
#[cfg(feature = "sql")]
pub use write::write;
