//! Durable Streams: the product's side of the protocol, whose routes are the crate `sessions_http`: who may do what with
//! which stream, what a tenant may take, and `throughline streams`, which serves the protocol alone.

mod connections;
mod limits;
mod people;
mod programs;
mod serve;
mod this_machine;
mod token_file;

pub(crate) use people::tenant;
pub use people::{People, Reader};
pub use serve::{Options, StreamsCommand, serve};
pub use this_machine::ThisMachine;
pub use token_file::{StreamRight, TokenFile};
