//! Nouns, rules and all of the product's SQL.

pub mod money;
pub mod words;
