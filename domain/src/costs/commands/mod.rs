//! Writing down what was used, and setting prices and limits.

mod limits;
mod prices;
mod record;

pub(crate) use limits::raise;
pub use limits::set_limit;
pub use prices::{remove_price, set_price, set_rate};
pub use record::record;
