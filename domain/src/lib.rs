//! Nouns, rules and all of the product's SQL.
