//! What people do to requests, and what follows by itself.

mod assign;
mod create;
mod delete;
mod edit;
mod moves;
mod order;
mod rules;
mod shift;
mod slots;
mod start;
mod withdraw;
mod words;

pub use assign::assign;
pub use create::create;
pub use delete::delete;
pub use edit::edit;
pub use moves::{move_to, undo_move};
pub use order::reorder;
pub(crate) use rules::moves;
pub(crate) use shift::{park_in, shift_in};
pub use start::start_next_in;
pub(crate) use start::{go_on_in, start_by_hand, start_next_held};
pub use withdraw::withdraw;
pub(crate) use words::comment_in;
pub use words::{comment, note};

pub use super::unseen::see;

use crate::{Error, FieldErrors, Result, Role, Scope, readable};

/// The longest title, in characters.
pub const TITLE: usize = 160;
/// The longest brief, in characters.
pub const BRIEF: usize = 50_000;
/// The longest comment, in characters.
pub const COMMENT: usize = 20_000;

/// Refuses those who follow the work without a say in it.
pub(crate) fn may_work(scope: &Scope) -> Result<()> {
    match scope.role() {
        Some(role) if role.may_work() => Ok(()),
        Some(Role::Billing) => Err(Error::refused(
            "Your role is Billing, so you can view requests but not send or change them. An owner can change your role.",
        )),
        Some(Role::Reader) => Err(Error::refused(
            "This account is closed. You can read and download everything, but nothing can be changed.",
        )),
        _ => Err(Error::NotFound),
    }
}

/// Refuses whoever is no operator; to them it is not there.
pub(crate) fn operator(scope: &Scope) -> Result<()> {
    if scope.role() == Some(Role::Operator) { Ok(()) } else { Err(Error::NotFound) }
}

/// A title: one line, as it reads, and what is wrong with it. What people and things are called is read by [`crate::names`].
pub(crate) fn line(errors: &mut FieldErrors, field: &str, typed: &str, most: usize, missing: &str) -> String {
    let line = typed.replace('\0', "").split_whitespace().collect::<Vec<_>>().join(" ");
    let line = readable::line(&line);
    let line = if readable::is_blank(&line) { "" } else { &line };
    text(errors, field, line, most, missing)
}

/// Text as it was meant, and what is wrong with its length.
pub(crate) fn text(errors: &mut FieldErrors, field: &str, typed: &str, most: usize, missing: &str) -> String {
    // Postgres keeps no zero byte in a text.
    let text = crate::words::line_feeds(&typed.replace('\0', "")).trim().to_owned();
    let length = text.chars().count();
    if length == 0 {
        errors.add(field, missing);
    } else if length > most {
        errors.add(field, format!("That’s {length} characters. The limit is {most}."));
    }
    text
}
