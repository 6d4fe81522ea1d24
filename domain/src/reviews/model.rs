use serde::{Deserialize, Serialize};

use crate::ids::ReviewId;

/// A verdict on what was delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub id: ReviewId,
    pub approved: bool,
    /// What is to be changed; empty when approved.
    pub reason: String,
    pub by: String,
    /// Milliseconds since 1970, UTC.
    pub at: i64,
}
