//! Choosing an offer: a new subscription for a client that holds none, and another offer for one that does.

use sqlx::types::Json;

use super::{
    LockedSubscription,
    codes::use_code_in,
    end::end_in,
    lock::{lock_subscription, one},
    subscribe::{Sale, begins_for_operators, sell_in, terms_for_in},
};
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    billing::{Discount, NextOffer, PlanChoice, SubscriptionState, may_bill},
    ids::{ClientId, OfferId, SubscriptionId},
    live_hints,
    offers::{self, Offer, OfferState, Starts, Terms},
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
    /// The other offer began now.
    Now,
    /// It goes on as it is.
    Same,
}

/// Starts a subscription for a client that holds none, or changes the one it holds: with the next period where one runs,
/// at once where nothing was paid yet. An operator chooses among all that is not archived, a client among what is on
/// the storefront. What a client starts itself waits for the payment, unless it has paid before.
///
/// # Errors
/// Field `offer`; [`Error::Refused`] for a client that has left; [`Error::NotFound`] for those who may not see bills.
pub async fn choose(
    db: &Db,
    scope: &Scope,
    client: ClientId,
    choice: impl Into<PlanChoice>,
) -> Result<PlanChange> {
    choose_with_code(db, scope, client, choice.into(), "").await
}

/// The same with a code that takes something off what is started; empty for none.
///
/// # Errors
/// As [`choose`]; field `code`.
pub async fn choose_with_code(
    db: &Db,
    scope: &Scope,
    client: ClientId,
    choice: PlanChoice,
    code: &str,
) -> Result<PlanChange> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let chosen = choose_in(&mut tx, scope, client, choice, code).await?;
    live_hints::publish(&mut tx, scope, client, "subscription", None).await?;
    if let Some(held) = living_in(&mut tx, scope, client).await? {
        super::audit_log::record_subscription_in(&mut tx, scope, "choose_package", held).await?;
    }
    tx.commit().await?;
    Ok(chosen)
}

/// The same within a transaction.
async fn choose_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    choice: PlanChoice,
    code: &str,
) -> Result<PlanChange> {
    let board = lock::lock_board(tx, scope, client).await?;
    if board.archived {
        return Err(Error::refused(format!("{} has left. Bring it back first.", board.client_name)));
    }
    let offer = sold_in(tx, scope, choice).await?;
    match living_in(tx, scope, client).await? {
        None => begin_in(tx, scope, client, &offer, code).await,
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
    let offer = match sold_in(tx, scope, offer.into()).await {
        Err(Error::Fields(_)) => return Ok(()),
        sold => sold?,
    };
    begin_in(tx, scope, client, &offer, "").await?;
    live_hints::publish(tx, scope, client, "subscription", None).await
}

/// The offer as it is sold, on the terms of the chosen interval.
pub(super) async fn sold_in(tx: &mut Tx, scope: &Scope, choice: PlanChoice) -> Result<Offer> {
    let found = match offers::queries::get_in(tx, scope, choice.offer).await {
        Err(Error::NotFound) => None,
        found => Some(found?),
    };
    let is_sold = |offer: &Offer| match offer.state {
        OfferState::Published => true,
        OfferState::Draft => scope.is_wide(),
        OfferState::Archived => false,
    };
    found
        .filter(is_sold)
        .and_then(|offer| Some(Offer { terms: offer.terms.by(choice.interval)?, ..offer }))
        .ok_or_else(|| Error::Fields(FieldErrors::one("offer", "Choose one from the list.")))
}

pub(super) async fn living_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
) -> Result<Option<SubscriptionId>> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM subscription WHERE workspace_id = $1 AND client_id = $2 AND state <> 'ended'",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(SubscriptionId))
}

async fn begin_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    offer: &Offer,
    code: &str,
) -> Result<PlanChange> {
    let terms = terms_for_in(tx, scope, client, &offer.terms).await?;
    let discount = use_code_in(tx, scope, code, terms.price.currency).await?;
    let begins = if scope.is_wide() {
        begins_for_operators(&terms)
    } else {
        may_begin_in(tx, scope, client, &terms).await?
    };
    sell_in(tx, scope, client, &Sale { offer, discount, begins }).await?;
    Ok(if begins { PlanChange::Begun } else { PlanChange::Sold })
}

/// Whether what a client starts itself begins at once: it has paid before, or nothing is to be paid and its owner is
/// known by a confirmed address. A trial may want a card on file.
async fn may_begin_in(tx: &mut Tx, scope: &Scope, client: ClientId, terms: &Terms) -> Result<bool> {
    let known = sqlx::query!(
        r#"SELECT EXISTS (SELECT FROM invoice WHERE workspace_id = $1 AND client_id = $2 AND state = 'paid'
                          AND subscription_id IS NOT NULL) AS "paid!",
                  EXISTS (SELECT FROM membership m JOIN person p ON p.id = m.person_id
                          WHERE m.workspace_id = $1 AND m.client_id = $2 AND m.role = 'owner' AND m.removed_at IS NULL
                            AND p.confirmed) AS "confirmed!",
                  EXISTS (SELECT FROM payment_card WHERE workspace_id = $1 AND client_id = $2 AND removed_at IS NULL) AS "card!""#,
        scope.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(match (terms.pricing.trial, terms.price.minor) {
        (Some(trial), _) if trial.needs_card => known.card,
        (Some(_), _) | (None, 0) => known.confirmed,
        _ => known.paid && terms.starts == Starts::AtOnce,
    })
}

pub(super) async fn change_in(
    tx: &mut Tx,
    scope: &Scope,
    subscription: SubscriptionId,
    offer: &Offer,
) -> Result<PlanChange> {
    let held = lock_subscription(tx, scope, subscription).await?;
    if held.state == SubscriptionState::AwaitingPayment {
        if is_same(&held, offer) {
            return Ok(PlanChange::Same);
        }
        let now = tx.now();
        let (network, discount) = begun_with_in(tx, scope, subscription).await?;
        end_in(tx, scope, &held, now).await?;
        let next = sell_in(tx, scope, held.client, &Sale { offer, discount, begins: false }).await?;
        if let Some(network) = network {
            super::newcomer::note_network_in(tx, scope, next, &network).await?;
        }
        return Ok(PlanChange::Sold);
    }
    let next = (!is_same(&held, offer)).then(|| next_of(offer));
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

/// Whether it is what the subscription is already.
pub(super) fn is_same(held: &LockedSubscription, offer: &Offer) -> bool {
    held.offer == offer.id && held.interval == offer.terms.interval
}

/// An offer as what a subscription changes to: how an offer begins is for new clients.
pub(super) fn next_of(offer: &Offer) -> NextOffer {
    NextOffer { offer: offer.id, name: offer.name.clone(), terms: offer.terms.without_beginning() }
}

/// Where it was bought from, and what was to be taken off.
async fn begun_with_in(
    tx: &mut Tx,
    scope: &Scope,
    subscription: SubscriptionId,
) -> Result<(Option<String>, Option<Discount>)> {
    let row = sqlx::query!(
        r#"SELECT network, discount AS "discount: Json<Discount>" FROM subscription WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        subscription.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.network, row.discount.map(|discount| discount.0)))
}
