//! What the links in mails have in common: who may ask for one how often, and that opening one is a try as well.

use crate::{
    Db, Result,
    accounts::limits::{self, LINK_ADDRESS, LINK_EMAIL, TOKEN_ADDRESS, party},
};

/// Counts that somebody asks for a mail with a link.
pub(super) async fn asked(db: &Db, email: &str, address: &str) -> Result<()> {
    limits::hit(db, LINK_ADDRESS, &party(address)).await?;
    limits::hit(db, LINK_EMAIL, email).await
}

/// Counts that somebody tries a link.
pub(super) async fn tried(db: &Db, address: &str) -> Result<()> {
    limits::hit(db, TOKEN_ADDRESS, &party(address)).await
}
