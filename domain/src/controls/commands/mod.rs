//! What people ask of an agent at work, and what settles it.

mod expire;
mod send_message;
mod settle;
mod steer;
mod stop;

pub use expire::expire;
pub use send_message::send_message;
pub use settle::settle;
pub(crate) use settle::{settle_open_in, settle_stop_in};
pub use steer::steer;
pub use stop::{stop, stop_run};
