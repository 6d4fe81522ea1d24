use sqlx::types::Json;

use crate::{
    Db, Error, Result, Scope, Tx,
    audit::{self, NewEntry},
    ids::OfferId,
    live_hints,
    offers::{OfferDraft, PricingOptions, Terms, queries},
    scope::operators_only,
};

/// Writes a new offer, as a draft at the end of the list.
///
/// # Errors
/// [`Error::Fields`]; [`Error::NotFound`] for anyone but an operator.
pub async fn create(db: &Db, scope: &Scope, draft: &OfferDraft) -> Result<OfferId> {
    operators_only(scope)?;
    draft.check()?;
    let mut tx = db.begin(scope).await?;
    let id = insert_in(&mut tx, scope, draft).await?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("create_offer", in_short(draft))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes an offer for those who buy it from now on.
///
/// # Errors
/// [`Error::Fields`], [`Error::NotFound`].
pub async fn update(db: &Db, scope: &Scope, offer: OfferId, draft: &OfferDraft) -> Result<()> {
    operators_only(scope)?;
    draft.check()?;
    let mut tx = db.begin(scope).await?;
    let before = OfferDraft::from(&queries::get_in(&mut tx, scope, offer).await?);
    let (terms, now) = (&draft.terms, tx.now());
    let changed = sqlx::query!(
        "UPDATE offer SET name = $3, summary = $4, vertical = $5, points = $6, price_minor = $7, currency = $8,
                billing_interval = $9, active_limit = $10, cycle_hours = $11, revisions = $12, starts = $13, intake = $14,
                updated_at = $15, pricing = $16
         WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        offer.0,
        draft.name,
        draft.summary,
        draft.vertical,
        Json(&draft.points) as _,
        terms.price.minor,
        terms.price.currency.code(),
        terms.interval.as_str(),
        terms.active_limit.cast_signed(),
        terms.cycle_hours.cast_signed(),
        terms.revisions.map(u32::cast_signed),
        terms.starts.as_str(),
        Json(&draft.intake) as _,
        now,
        stored(terms) as _,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    if changed == 0 {
        return Err(Error::NotFound);
    }
    live_hints::publish_to_desk(&mut tx, scope, "offer").await?;
    let entry = NewEntry::done("edit_offer", draft.name.as_str());
    audit::commands::record_in(&mut tx, scope, entry.changed(in_short(&before), in_short(draft))).await?;
    tx.commit().await
}

/// Writes a draft with everything of another offer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn duplicate(db: &Db, scope: &Scope, offer: OfferId) -> Result<OfferId> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let mut draft = OfferDraft::from(&queries::get_in(&mut tx, scope, offer).await?);
    let room: String = draft.name.chars().take(73).collect();
    draft.name = format!("{room}, copy");
    let id = insert_in(&mut tx, scope, &draft).await?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("copy_offer", in_short(&draft))).await?;
    tx.commit().await?;
    Ok(id)
}

/// For a reader of the audit log.
fn in_short(draft: &OfferDraft) -> String {
    let mut words = vec![draft.name.clone(), draft.terms.price_words()];
    words.extend(draft.terms.pricing_lines());
    words.join(", ")
}

/// The rest of the price as rows keep it: nothing where there is none.
fn stored(terms: &Terms) -> Option<Json<&PricingOptions>> {
    (!terms.pricing.is_empty()).then_some(Json(&terms.pricing))
}

async fn insert_in(tx: &mut Tx, scope: &Scope, draft: &OfferDraft) -> Result<OfferId> {
    let (id, terms, now) = (OfferId::new(), &draft.terms, tx.now());
    sqlx::query!(
        "INSERT INTO offer (id, workspace_id, name, summary, vertical, points, price_minor, currency, billing_interval,
                active_limit, cycle_hours, revisions, starts, intake, state, position, created_at, updated_at, pricing)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'draft',
                (SELECT coalesce(max(position), 0) + 1 FROM offer WHERE workspace_id = $2), $15, $15, $16)",
        id.0,
        scope.workspace.0,
        draft.name,
        draft.summary,
        draft.vertical,
        Json(&draft.points) as _,
        terms.price.minor,
        terms.price.currency.code(),
        terms.interval.as_str(),
        terms.active_limit.cast_signed(),
        terms.cycle_hours.cast_signed(),
        terms.revisions.map(u32::cast_signed),
        terms.starts.as_str(),
        Json(&draft.intake) as _,
        now,
        stored(terms) as _,
    )
    .execute(tx.conn())
    .await?;
    live_hints::publish_to_desk(tx, scope, "offer").await?;
    Ok(id)
}
