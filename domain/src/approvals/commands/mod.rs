//! What changes questions. Each holds the board first, and writes its event in the same transaction.

mod answer;
mod ask;
mod expire;

pub use answer::answer;
pub use ask::{ask, ask_as, ask_once};
pub use expire::expire;
pub(crate) use expire::{withdraw_of_run_in, withdraw_open_in};
