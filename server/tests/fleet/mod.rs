//! What tests of several nodes share: real servers, the lines between them and everyone else, and followers.

mod link;
mod nats;
mod node;
mod postgres;
mod process;
mod reader;

pub use link::{Link, LinkAddress};
pub use nats::NatsServer;
pub use node::Node;
pub use postgres::{Frozen, children, postmaster};
pub use process::Process;
pub use reader::{Reader, ReceivedEvents, Way};

/// A browser's stand-in, to be built.
pub fn client() -> reqwest::ClientBuilder {
    // It needs a provider of TLS, whether it uses it or not. An error says that there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}
