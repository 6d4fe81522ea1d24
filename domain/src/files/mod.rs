//! Files of clients: what is known of them. Their bytes lie in the data folder under their hash, kept by the server.

mod model;

#[cfg(feature = "sql")]
mod commands;
#[cfg(feature = "sql")]
mod queries;

#[cfg(feature = "sql")]
pub use commands::add;
#[cfg(feature = "sql")]
pub(crate) use commands::attach_in;
#[cfg(feature = "sql")]
pub(crate) use queries::{FileRow, get_in};
pub use model::{File, NewFile};
#[cfg(feature = "sql")]
pub use queries::{get, of_request, of_request_in};
