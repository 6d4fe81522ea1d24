//! Pieces that several pages show. Those without `ssr` are used by islands as well.

#[cfg(feature = "ssr")]
pub mod area;
#[cfg(feature = "ssr")]
pub mod bars;
#[cfg(feature = "ssr")]
pub mod choose;
pub mod cycle;
#[cfg(feature = "ssr")]
pub mod desk;
#[cfg(feature = "ssr")]
pub mod field;
#[cfg(feature = "ssr")]
pub mod frame;
#[cfg(feature = "ssr")]
pub mod intake_form;
#[cfg(feature = "ssr")]
pub mod offer_card;
pub mod person;
#[cfg(feature = "ssr")]
pub mod request;
#[cfg(feature = "ssr")]
pub mod search;
#[cfg(feature = "ssr")]
pub mod time;
#[cfg(feature = "ssr")]
pub mod waits;
