use serde::{Deserialize, Serialize};

use super::{IntakeField, Terms};
use crate::{ids::OfferId, text_enum::text_enum};

text_enum! {
    /// Where an offer stands.
    pub enum OfferState {
        /// The operator's alone.
        Draft = "draft",
        /// On the storefront.
        Published = "published",
        /// No longer sold; those who bought it keep it.
        Archived = "archived",
    }
}

impl OfferState {
    /// Its name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Published => "Published",
            Self::Archived => "Archived",
        }
    }
}

/// A package as it is sold now. What was sold before is in the subscriptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub id: OfferId,
    pub name: String,
    /// A sentence below the name.
    pub summary: String,
    /// Whom it is for: `law offices`.
    pub vertical: String,
    pub terms: Terms,
    /// What else it holds, a line each.
    pub points: Vec<String>,
    /// What a client is asked at sign-up.
    pub intake: Vec<IntakeField>,
    pub state: OfferState,
    /// Order on the storefront; smaller stands first.
    pub position: i32,
    /// Milliseconds since 1970, UTC.
    pub created_at: i64,
    /// Milliseconds since 1970, UTC.
    pub updated_at: i64,
}
