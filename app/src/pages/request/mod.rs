//! One request: its page, what on it is fetched while it is looked at, and what is done there. The same handlers serve
//! a client's members under `/portal/requests/{number}` and operators under `/desk/clients/{client}/requests/{number}`.

pub mod approval;
mod beside;
pub mod comments;
mod costs;
pub mod deletion;
pub mod deliverables;
pub mod files;
mod here;
mod load;
pub mod notes;
pub mod now;
pub mod retry;
pub mod review;
pub mod seen;
pub mod show;
pub mod steer;
pub mod stop;
mod view;

pub use here::Here;
