//! As much of HTTP/1.1 as the load needs, with as little CPU as possible: one buffer in, one buffer out, no tasks.

mod connection;
mod framing;
mod head;
mod request;

pub use connection::{HttpConnection, connect};
pub use head::ResponseHead;
pub use request::Request;

use std::net::SocketAddr;

/// Where a server's streams lie.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub address: SocketAddr,
    pub host: String,
    /// What stands before a stream's name, without a slash at its end.
    pub path: String,
}
