//! Tokens: keys for programs. An agent's own token lets it work; an operator's lets a program run the desk for them.
//! The server makes those of programs that it starts, for one attempt at a run each. Who acts follows from the token alone,
//! never from what a program says.

#[cfg(feature = "sql")]
mod bearer;
#[cfg(feature = "sql")]
mod commands;
mod model;
#[cfg(feature = "sql")]
mod of_run;
#[cfg(feature = "sql")]
mod queries;
#[cfg(feature = "sql")]
mod rotate;

#[cfg(feature = "sql")]
pub use bearer::{Bearer, bearer};
#[cfg(feature = "sql")]
pub use commands::{create, revoke};
pub use model::{NewToken, Right, Token};
#[cfg(feature = "sql")]
pub use of_run::{for_attempt, take_back};
#[cfg(feature = "sql")]
pub use queries::list;
#[cfg(feature = "sql")]
pub use rotate::{Rotated, rotate};
