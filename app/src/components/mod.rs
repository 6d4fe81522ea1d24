//! Pieces that several pages show. Those without `ssr` are used by islands as well.

pub mod cycle;
#[cfg(feature = "ssr")]
pub mod choose;
#[cfg(feature = "ssr")]
pub mod field;
#[cfg(feature = "ssr")]
pub mod frame;
pub mod person;
#[cfg(feature = "ssr")]
pub mod intake_form;
#[cfg(feature = "ssr")]
pub mod offer_card;
#[cfg(feature = "ssr")]
pub mod request;
#[cfg(feature = "ssr")]
pub mod time;
#[cfg(feature = "ssr")]
pub mod waits;
