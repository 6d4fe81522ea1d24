//! What somebody has selected on a page stays selected while the page around it is drawn anew.

pub mod place;

#[cfg(feature = "hydrate")]
mod kept;

#[cfg(feature = "hydrate")]
pub use kept::keep;
