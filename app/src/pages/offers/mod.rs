//! The operator's offers: the list in the storefront's order, and one offer with its terms and intake form.

pub mod copies;
pub mod edit;
mod editor;
mod form;
pub mod list;
pub mod new;
pub mod place;
mod question;
pub mod state;

use crate::web::Problem;

/// The id in an address; an address with anything else leads nowhere.
fn id<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}
