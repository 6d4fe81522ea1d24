//! Tokens: keys for programs. An agent's own token lets it work; an operator's lets a program run the desk for them.
//! The server makes those of programs that it starts, for one attempt at a run each. Who acts follows from the token alone,
//! never from what a program says.

pub mod commands;
mod model;
pub mod queries;

pub use model::{Bearer, NewToken, Right, Token};
