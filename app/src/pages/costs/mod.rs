//! What the work costs, and what is left of what clients pay. Operators alone come here.

mod limits;
mod month;
mod prices;
mod rate;
mod tables;

pub use limits::update as limit;
pub use month::show;
pub use prices::{remove as remove_price, save as save_price, show as prices};
pub use rate::update as rate;

const COSTS: &str = "/desk/costs";
const PRICES: &str = "/desk/costs/prices";
