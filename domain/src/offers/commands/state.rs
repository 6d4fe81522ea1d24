use crate::{
    Db, Error, Result, Scope,
    audit::{self, NewEntry},
    ids::OfferId,
    live_hints,
    offers::OfferState,
    scope::operators_only,
};

/// Puts an offer on the storefront. One that stands there already stays.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn publish(db: &Db, scope: &Scope, offer: OfferId) -> Result<()> {
    set(db, scope, offer, OfferState::Published).await
}

/// Takes an offer off the storefront and out of the way. Those who bought it keep it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn archive(db: &Db, scope: &Scope, offer: OfferId) -> Result<()> {
    set(db, scope, offer, OfferState::Archived).await
}

async fn set(db: &Db, scope: &Scope, offer: OfferId, state: OfferState) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let name = sqlx::query_scalar!(
        "UPDATE offer SET state = $3, updated_at = $4 WHERE workspace_id = $1 AND id = $2 RETURNING name",
        scope.workspace.0,
        offer.0,
        state.as_str(),
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let what = if state == OfferState::Published { "publish_offer" } else { "archive_offer" };
    audit::commands::record_in(&mut tx, scope, NewEntry::done(what, name)).await?;
    live_hints::publish_to_desk(&mut tx, scope, "offer").await?;
    tx.commit().await
}
