//! What the work costs: what backends report that runs have used, what that is in money, the limits that it must not
//! pass, and what is left of what clients pay. All of it is the operators' alone.
//!
//! Costs are in millionths of a US dollar, the currency in which models are sold; a cent is too coarse for one step.

mod gate;
mod limits;
mod lines;
mod micros;
mod prices;
mod record;
mod report;

pub(crate) use gate::RAISE;
pub use gate::{Gate, gate, hold};
pub use limits::{Hit, Subject, set_limit};
pub(crate) use limits::{hit, raise};
pub use lines::Line;
pub use micros::Micros;
pub use prices::{Price, Prices, TypedPrice, drop_price, prices, set_price, set_rate};
pub use record::{Spent, record};
pub use report::{Month, Report, RunCost, of_request, report};
