//! The one formatter: every date, time, length and number that a person reads is written here, by the workspace's locale.
//!
//! [`Locale`] is the workspace's choice and writes what needs no zone; [`Format`] is a locale with a reader's zone and
//! writes instants. What is alike in every locale (counts, ages, sizes of files) is in [`crate::words`], amounts of money
//! are in [`crate::money`]. Programs get ISO 8601 and never anything from here.

mod instants;
mod lengths;
mod locale;
mod numbers;
mod offsets;
mod typed;
mod zones;

pub use instants::{Format, month, short_month};
pub use locale::Locale;
pub use offsets::ClockOffsets;
pub use zones::{AMERICAN, zone_name};

#[cfg(test)]
mod tests;
