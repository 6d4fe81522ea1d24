//! Charging the card on file.

use super::{
    attempts::{Attempt, AttemptKey, NewAttempt, attempt_in, end_in, insert_in, lock_payable_in},
    customers::ensure_customer,
    provider::{provider_of, refusal},
    snapshots::{ObjectSnapshot, apply_in},
};
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::{InvoiceId, PaymentAttemptId},
    payments::{
        AttemptKind, AttemptState, ChargeOutcome, Providers, may_pay,
        provider::{ChargeInput, PaymentProvider, ProviderError},
        queries::card_on_file_in,
    },
};

/// Charges the client's card on file with what is left of an invoice. `is_present`: a person pressed for it and waits. One
/// charge at a time: while another one is on its way, that one is answered.
///
/// # Errors
/// [`Error::Refused`] where it is not to be paid, or there is no card; [`Error::NotFound`] for those who may not pay it.
pub async fn charge_card_on_file(
    db: &Db,
    scope: &Scope,
    providers: &dyn Providers,
    invoice: InvoiceId,
    is_present: bool,
) -> Result<ChargeOutcome> {
    may_pay(scope)?;
    let server = Scope::system(scope.workspace);
    let provider = provider_of(db, scope.workspace, providers).await?;
    let mut tx = db.begin(&server).await?;
    let (locked, _) = lock_payable_in(&mut tx, scope, invoice).await?;
    if let Some(other) = unsettled_in(&mut tx, &server, invoice).await? {
        return Ok(other.outcome());
    }
    tx.commit().await?;
    let customer = ensure_customer(db, &server, &*provider, locked.client).await?;
    let mut tx = db.begin(&server).await?;
    let (locked, rest) = lock_payable_in(&mut tx, scope, invoice).await?;
    if let Some(other) = unsettled_in(&mut tx, &server, invoice).await? {
        return Ok(other.outcome());
    }
    let card = card_on_file_in(&mut tx, &server, locked.client).await?;
    let card =
        card.ok_or_else(|| Error::refused("There’s no card on file. Pay with a card on the next page."))?;
    let method = sqlx::query_scalar!(
        "SELECT reference FROM payment_card WHERE workspace_id = $1 AND id = $2",
        server.workspace.0,
        card.id.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let id = PaymentAttemptId::new();
    let call = ChargeInput {
        key: id.to_string(),
        customer,
        method,
        attempt: id.to_string(),
        amount: rest,
        title: format!("Invoice {}", super::receive::number_in(&mut tx, &server, invoice).await?),
        is_present,
    };
    let new = NewAttempt {
        id,
        client: locked.client,
        invoice,
        kind: AttemptKind::CardOnFile,
        card: Some(card.id),
        amount: rest,
        is_automatic: !is_present,
        call: &call,
    };
    insert_in(&mut tx, &server, &new).await?;
    tx.commit().await?;
    charge(db, &server, &*provider, id, &call).await
}

/// Makes the call of an attempt that is stored, the first time or again, and acts on what comes of it.
pub(super) async fn charge(
    db: &Db,
    server: &Scope,
    provider: &dyn PaymentProvider,
    attempt: PaymentAttemptId,
    call: &ChargeInput,
) -> Result<ChargeOutcome> {
    match provider.charge(call).await {
        Ok(fact) => {
            let mut tx = db.begin(server).await?;
            apply_in(&mut tx, server, &ObjectSnapshot::Charge { fact, card: None }).await?;
            let attempt = attempt_in(&mut tx, server, AttemptKey::Id(attempt), false).await?;
            tx.commit().await?;
            Ok(attempt.ok_or(Error::NotFound)?.outcome())
        }
        // Whether it took effect is not known: the same call is made again, and shows it.
        Err(ProviderError::Unavailable(why)) => {
            tracing::warn!(error.message = why, "a charge was not answered");
            Ok(ChargeOutcome::Processing)
        }
        Err(error) => {
            let mut tx = db.begin(server).await?;
            end_in(&mut tx, server, attempt, None).await?;
            tx.commit().await?;
            Err(refusal(db, server.workspace, error).await)
        }
    }
}

/// The charge of a card on file that is on its way.
async fn unsettled_in(tx: &mut Tx, server: &Scope, invoice: InvoiceId) -> Result<Option<Attempt>> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM payment_attempt WHERE workspace_id = $1 AND invoice_id = $2 AND ended_at IS NULL
           AND (kind = 'card_on_file' OR state = 'processing') ORDER BY begun_at DESC, id DESC LIMIT 1",
        server.workspace.0,
        invoice.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(id) = id else { return Ok(None) };
    let found = attempt_in(tx, server, AttemptKey::Id(PaymentAttemptId(id)), false).await?;
    Ok(found.filter(|attempt| attempt.state != AttemptState::Succeeded))
}
