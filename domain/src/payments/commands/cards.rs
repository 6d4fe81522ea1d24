//! Cards on file: kept from what was paid and from the provider's page for it, taken off by their owners.

use super::{
    attempts::Attempt,
    customers::ensure_customer,
    provider::{provider_of, refusal},
    snapshots::AppliedFact,
};
use crate::{
    Db, Error, Result, Scope, Tx,
    audit::{self, NewEntry},
    ids::{ClientId, PaymentCardId},
    live_hints,
    payments::{
        PaymentUrls, Providers, may_pay,
        model::card_label,
        provider::{CardFact, CardSetupInput, CheckoutFact, CheckoutPage, ProviderError},
    },
};

/// Opens a page of the provider's on which a card is kept, or another takes its place.
///
/// # Errors
/// [`Error::Refused`] where no card is taken; [`Error::NotFound`] for those who may not see the client's bills.
pub async fn open_card_setup(
    db: &Db,
    scope: &Scope,
    providers: &dyn Providers,
    client: ClientId,
    urls: &PaymentUrls,
) -> Result<CheckoutPage> {
    may_pay(scope)?;
    if scope.client.is_some_and(|own| own != client) {
        return Err(Error::NotFound);
    }
    let server = Scope::system(scope.workspace);
    let provider = provider_of(db, scope.workspace, providers).await?;
    let customer = ensure_customer(db, &server, &*provider, client).await?;
    let mut tx = db.begin(&server).await?;
    let currency = sqlx::query_scalar!(
        "SELECT currency FROM subscription WHERE workspace_id = $1 AND client_id = $2
         ORDER BY (state = 'ended'), created_at DESC LIMIT 1",
        server.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    let setup = CardSetupInput {
        // Nothing is charged there: each visit may have a page of its own.
        key: crate::secret::random_token(),
        customer,
        currency: currency.unwrap_or_else(|| "USD".to_owned()),
        client: client.to_string(),
        done_url: urls.done_url.clone(),
        back_url: urls.back_url.clone(),
    };
    match provider.open_card_setup(&setup).await {
        Ok(page) => Ok(page),
        Err(error) => Err(refusal(db, scope.workspace, error).await),
    }
}

/// Takes a card off file, here and at the provider.
///
/// # Errors
/// [`Error::Refused`] where the provider does not answer; [`Error::NotFound`], also for those who may not see the client's
/// bills.
pub async fn forget_card(
    db: &Db,
    scope: &Scope,
    providers: &dyn Providers,
    card: PaymentCardId,
) -> Result<()> {
    crate::billing::may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        "SELECT client_id, reference, brand, last4 FROM payment_card
         WHERE workspace_id = $1 AND id = $2 AND removed_at IS NULL AND ($3::uuid IS NULL OR client_id = $3)",
        scope.workspace.0,
        card.0,
        scope.client.map(|client| client.0),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    let provider = provider_of(db, scope.workspace, providers).await?;
    match provider.forget_card(&row.reference).await {
        Ok(()) | Err(ProviderError::Unknown) => {}
        Err(error) => return Err(refusal(db, scope.workspace, error).await),
    }
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    sqlx::query!(
        "UPDATE payment_card SET removed_at = $3 WHERE workspace_id = $1 AND id = $2 AND removed_at IS NULL",
        scope.workspace.0,
        card.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    let entry = NewEntry::done("remove_card", card_label(&row.brand, &row.last4));
    audit::commands::record_in(&mut tx, scope, entry.of(ClientId(row.client_id))).await?;
    live_hints::publish(&mut tx, scope, ClientId(row.client_id), "invoice", None).await?;
    tx.commit().await
}

/// Keeps a card as the one that renewals are charged to; the one before is charged no more.
pub(super) async fn keep_in(tx: &mut Tx, server: &Scope, client: ClientId, card: &CardFact) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "UPDATE payment_card SET removed_at = $4
         WHERE workspace_id = $1 AND client_id = $2 AND reference <> $3 AND removed_at IS NULL",
        server.workspace.0,
        client.0,
        card.reference,
        now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "INSERT INTO payment_card (id, workspace_id, client_id, reference, brand, last4, exp_month, exp_year, added_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (workspace_id, reference) DO UPDATE SET removed_at = NULL, brand = $5, last4 = $6, exp_month = $7,
                exp_year = $8,
                expiry_told_at = CASE WHEN (payment_card.exp_month, payment_card.exp_year) = ($7, $8)
                                      THEN payment_card.expiry_told_at END",
        PaymentCardId::new().0,
        server.workspace.0,
        client.0,
        card.reference,
        card.brand,
        card.last4,
        month(card),
        year(card),
        now,
    )
    .execute(tx.conn())
    .await?;
    // A trial that waits for a card begins.
    crate::billing::commands::card_kept_in(tx, server, client).await?;
    Ok(())
}

fn month(card: &CardFact) -> i16 {
    i16::try_from(card.exp_month.clamp(1, 12)).unwrap_or(12)
}

fn year(card: &CardFact) -> i16 {
    i16::try_from(card.exp_year).unwrap_or(i16::MAX)
}

/// What the card of an attempt is called.
pub(super) async fn label_in(tx: &mut Tx, server: &Scope, attempt: &Attempt) -> Result<String> {
    let Some(card) = attempt.card else { return Ok(String::new()) };
    let row = sqlx::query!(
        "SELECT brand, last4 FROM payment_card WHERE workspace_id = $1 AND id = $2",
        server.workspace.0,
        card.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| card_label(&row.brand, &row.last4)).unwrap_or_default())
}

/// A page that left a card without a charge: it is the client's from now on.
pub(super) async fn set_up_in(
    tx: &mut Tx,
    server: &Scope,
    fact: &CheckoutFact,
    card: Option<&CardFact>,
) -> Result<AppliedFact> {
    let client = fact.client.as_deref().and_then(|id| id.parse::<ClientId>().ok());
    let (Some(client), Some(card)) = (client, card) else {
        return Ok(AppliedFact::unknown("A page that wasn’t opened from here"));
    };
    let is_ours = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM client WHERE workspace_id = $1 AND id = $2) AS "any!""#,
        server.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    if !is_ours {
        return Ok(AppliedFact::unknown("A page that wasn’t opened from here"));
    }
    keep_in(tx, server, client, card).await?;
    live_hints::publish(tx, server, client, "invoice", None).await?;
    Ok(AppliedFact::acted(client, "A card was kept"))
}

/// A kept card has other dates or digits now.
pub(super) async fn update_in(tx: &mut Tx, server: &Scope, card: &CardFact) -> Result<AppliedFact> {
    let client = sqlx::query_scalar!(
        "UPDATE payment_card SET brand = $3, last4 = $4,
                expiry_told_at = CASE WHEN (exp_month, exp_year) = ($5, $6) THEN expiry_told_at END,
                exp_month = $5, exp_year = $6
         WHERE workspace_id = $1 AND reference = $2 RETURNING client_id",
        server.workspace.0,
        card.reference,
        card.brand,
        card.last4,
        month(card),
        year(card),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(client.map_or(AppliedFact::unknown("A card that isn’t on file here"), |client| {
        AppliedFact::acted(ClientId(client), "The card was updated")
    }))
}

/// A kept card was taken away at the provider.
pub(super) async fn remove_in(tx: &mut Tx, server: &Scope, reference: &str) -> Result<AppliedFact> {
    let now = tx.now();
    let client = sqlx::query_scalar!(
        "UPDATE payment_card SET removed_at = coalesce(removed_at, $3)
         WHERE workspace_id = $1 AND reference = $2 RETURNING client_id",
        server.workspace.0,
        reference,
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(client.map_or(AppliedFact::unknown("A card that isn’t on file here"), |client| {
        AppliedFact::acted(ClientId(client), "The card was removed")
    }))
}
