//! Mail: written in the transaction of what it tells about, sent by the server afterwards.
//!
//! A body is plain text in a client's words. Its links are written `{link:/portal/requests/12}`: the path on this
//! install, which the sender turns into a whole address with [`expand`], as it alone knows the public URL. Its times are
//! written by [`time`], and read by each person in their own zone.

pub mod commands;
pub mod outbox;
mod paper;
mod text;
mod thread;
mod times;

pub use paper::{MailPaper, PaperKind};
pub use text::{expand, plain};
pub use thread::MailThread;
pub use times::time;
