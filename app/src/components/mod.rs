//! Pieces that several pages show. Those without `ssr` are used by islands as well.

#[cfg(feature = "ssr")]
pub mod field;
#[cfg(feature = "ssr")]
pub mod frame;
pub mod person;
