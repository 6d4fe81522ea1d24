//! What pages read of requests. Each is bounded, and costs the same at a hundred requests and at a hundred thousand.

mod at_risk;
mod board;
mod by_number;
mod cards;
mod find;
mod home;
mod list;
mod outlook;
mod search;
mod unseen;

pub(crate) use at_risk::at_risk_in;
pub(crate) use board::board_in;
pub use board::{COLUMN_CARDS, board};
pub use by_number::by_number;
pub use find::{find, number_of, of_session, session_of};
pub use home::home;
pub use list::{list, queue};
pub use outlook::outlook;
pub use search::{search, search_all};
pub use unseen::unseen;
pub(crate) use unseen::unseen_by_desk_in;
