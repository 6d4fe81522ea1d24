//! Choosing an offer: a new subscription for a client that holds none, and another offer for one that does.

use sqlx::types::Json;

use super::{
    end::end_in,
    lock::{lock_subscription, one},
    subscribe::{sell_in, subscribe_in},
};
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    billing::{NextOffer, SubscriptionState, may_bill},
    ids::{ClientId, OfferId, SubscriptionId},
    live_hints,
    offers::{self, Offer, OfferState, Starts},
    requests::lock,
};

/// What came of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanChange {
    /// A subscription began, and work with it.
    Begun,
    /// One was sold; work begins when its first invoice is paid.
    Sold,
    /// The next period is under the other offer.
    Next,
    /// It goes on as it is.
    Same,
}

/// Starts a subscription for a client that holds none, or changes the one it holds: with the next period where one runs,
/// at once where nothing was paid yet. An operator chooses among all that is not archived, a client among what is on
/// the storefront. What a client starts itself waits for the payment, unless it has paid before.
///
/// # Errors
/// Field `offer`; [`Error::Refused`] for a client that has left; [`Error::NotFound`] for those who may not see bills.
pub async fn choose(db: &Db, scope: &Scope, client: ClientId, offer: OfferId) -> Result<PlanChange> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let chosen = choose_in(&mut tx, scope, client, offer).await?;
    live_hints::publish(&mut tx, scope, client, "subscription", None).await?;
    if let Some(held) = living_in(&mut tx, scope, client).await? {
        super::audit_log::record_subscription_in(&mut tx, scope, "choose_package", held).await?;
    }
    tx.commit().await?;
    Ok(chosen)
}

/// The same within a transaction.
async fn choose_in(tx: &mut Tx, scope: &Scope, client: ClientId, offer: OfferId) -> Result<PlanChange> {
    let board = lock::lock_board(tx, scope, client).await?;
    if board.archived {
        return Err(Error::refused(format!("{} has left. Bring it back first.", board.client_name)));
    }
    let offer = sold_in(tx, scope, offer).await?;
    match living_in(tx, scope, client).await? {
        None => begin_in(tx, scope, client, &offer).await,
        Some(subscription) => change_in(tx, scope, subscription, &offer).await,
    }
}

/// Starts a subscription for a client that holds none. Where it holds one, or the offer is not sold any more, nothing is
/// changed.
///
/// # Errors
/// As [`choose`], but for the offer.
pub(crate) async fn begin_if_none_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    offer: OfferId,
) -> Result<()> {
    let board = lock::lock_board(tx, scope, client).await?;
    if board.archived || living_in(tx, scope, client).await?.is_some() {
        return Ok(());
    }
    let offer = match sold_in(tx, scope, offer).await {
        Err(Error::Fields(_)) => return Ok(()),
        sold => sold?,
    };
    begin_in(tx, scope, client, &offer).await?;
    live_hints::publish(tx, scope, client, "subscription", None).await
}

async fn sold_in(tx: &mut Tx, scope: &Scope, offer: OfferId) -> Result<Offer> {
    let found = match offers::queries::get_in(tx, scope, offer).await {
        Err(Error::NotFound) => None,
        found => Some(found?),
    };
    let is_sold = |offer: &Offer| match offer.state {
        OfferState::Published => true,
        OfferState::Draft => scope.is_wide(),
        OfferState::Archived => false,
    };
    found.filter(is_sold).ok_or_else(|| Error::Fields(FieldErrors::one("offer", "Choose one from the list.")))
}

async fn living_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Option<SubscriptionId>> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM subscription WHERE workspace_id = $1 AND client_id = $2 AND state <> 'ended'",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(SubscriptionId))
}

async fn begin_in(tx: &mut Tx, scope: &Scope, client: ClientId, offer: &Offer) -> Result<PlanChange> {
    let begins = if scope.is_wide() {
        offer.terms.price.minor == 0 || offer.terms.starts == Starts::AtOnce
    } else {
        may_begin_in(tx, scope, client, offer).await?
    };
    if scope.is_wide() {
        subscribe_in(tx, scope, client, offer).await?;
    } else {
        sell_in(tx, scope, client, offer, begins).await?;
    }
    Ok(if begins { PlanChange::Begun } else { PlanChange::Sold })
}

/// Whether what a client starts itself begins at once: it has paid before, or nothing is to be paid and its owner is
/// known by a confirmed address.
async fn may_begin_in(tx: &mut Tx, scope: &Scope, client: ClientId, offer: &Offer) -> Result<bool> {
    let known = sqlx::query!(
        r#"SELECT EXISTS (SELECT FROM invoice WHERE workspace_id = $1 AND client_id = $2 AND state = 'paid'
                          AND subscription_id IS NOT NULL) AS "paid!",
                  EXISTS (SELECT FROM membership m JOIN person p ON p.id = m.person_id
                          WHERE m.workspace_id = $1 AND m.client_id = $2 AND m.role = 'owner' AND m.removed_at IS NULL
                            AND p.confirmed) AS "confirmed!""#,
        scope.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(match offer.terms.price.minor {
        0 => known.confirmed,
        _ => known.paid && offer.terms.starts == Starts::AtOnce,
    })
}

async fn change_in(
    tx: &mut Tx,
    scope: &Scope,
    subscription: SubscriptionId,
    offer: &Offer,
) -> Result<PlanChange> {
    let held = lock_subscription(tx, scope, subscription).await?;
    if held.state == SubscriptionState::AwaitingPayment {
        if held.offer == offer.id {
            return Ok(PlanChange::Same);
        }
        let now = tx.now();
        let network = network_in(tx, scope, subscription).await?;
        end_in(tx, scope, &held, now).await?;
        let next = sell_in(tx, scope, held.client, offer, false).await?;
        if let Some(network) = network {
            super::newcomer::note_network_in(tx, scope, next, &network).await?;
        }
        return Ok(PlanChange::Sold);
    }
    let next = (held.offer != offer.id).then(|| NextOffer {
        offer: offer.id,
        name: offer.name.clone(),
        terms: offer.terms.clone(),
    });
    // Who chooses what comes next does not end it.
    let changed = sqlx::query!(
        "UPDATE subscription SET next_offer = $3, ends_with_period = false WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        subscription.0,
        next.as_ref().map(Json) as _,
    )
    .execute(tx.conn())
    .await?;
    one(changed.rows_affected())?;
    Ok(if next.is_some() { PlanChange::Next } else { PlanChange::Same })
}

async fn network_in(tx: &mut Tx, scope: &Scope, subscription: SubscriptionId) -> Result<Option<String>> {
    let network = sqlx::query_scalar!(
        "SELECT network FROM subscription WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        subscription.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(network)
}
