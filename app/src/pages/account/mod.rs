//! Getting in and out, and what a person settles about themselves.

mod claims;
pub mod confirmation;
mod enter;
pub mod invitation;
pub mod mine;
pub mod reset;
pub mod setup;
pub mod sign_in;
pub mod sign_out;
mod trial;
pub mod workspaces;

pub use enter::{enter, here};
pub(in crate::pages) use invitation::role_words;
pub use trial::trial_hint;
