//! The operator's offers: the list in the storefront's order, and one offer with its terms and intake form.

pub mod codes;
pub mod copies;
pub mod edit;
mod editor;
mod form;
pub mod list;
pub mod new;
pub mod place;
mod question;
pub mod state;
