//! A private Postgres cluster in the data folder, for everyone who does not bring a database.
//!
//! It is reached by a Unix socket in a folder that only its own user may enter; no port is opened. It runs in a
//! process group of its own, so that Ctrl-C reaches the server first, and it outlives a server that was killed: the
//! next one finds it running and takes it over.

mod account;
mod binaries;
mod cluster;
mod error;
mod folder;
mod initdb;
mod install;
mod lock;
mod pidfile;
mod postmaster;
mod supervise;
mod tuning;

pub use account::{Account, Closed};
pub use binaries::{Binaries, OLDEST};
pub use cluster::{Cluster, Found};
pub use error::Error;
pub use folder::Folder;
