//! What is read of runs: the desk's lists, what an agent has in hand, and what its next attempt has to know.

mod assignment;
mod elsewhere;
mod in_hand;
mod kept;
mod list;
mod pulled;
mod sub_runs;

pub use assignment::{Assignment, Task, assignment};
pub use elsewhere::{RunElsewhere, list_elsewhere};
pub use in_hand::{RunInHand, list_in_hand};
pub use kept::{has_ended, kept, waits};
pub use list::{RunFilter, RunSummary, get, list};
pub use pulled::{PulledRun, ReadableStream, get_pulled, get_readable_stream, next_numbers};
pub(in crate::runs) use sub_runs::helpers_in;
pub use sub_runs::{Helper, SubRun, helpers, sub_runs};
