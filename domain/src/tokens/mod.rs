//! Tokens: keys for programs. An agent's own token lets it work; an operator's lets a program run the desk for them.
//! The server makes those of programs that it starts, for one attempt at a run each. Who acts follows from the token alone,
//! never from what a program says.

mod bearer;
mod commands;
mod model;
mod of_run;
mod queries;
mod rotate;

pub use bearer::{Bearer, bearer};
pub use commands::{create, revoke};
pub use model::{NewToken, Right, Token};
pub use of_run::{for_attempt, take_back};
pub use queries::list;
pub use rotate::{Rotated, rotate};
