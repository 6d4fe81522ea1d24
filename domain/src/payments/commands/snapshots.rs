//! Things of the provider's as they are now, read outside of any transaction, and what they change here.

use super::{
    attempts::{Attempt, AttemptKey, attempt_in, end_in, look_again_at_in},
    cards, disputes, mails,
    receive::receive_in,
    refund_calls,
};
use crate::{
    Result, Scope, Tx,
    billing::commands as billing,
    ids::{ClientId, PaymentAttemptId},
    payments::{
        AttemptKind, AttemptState, FactOutcome, PaymentMethod, ReceivedPayment,
        model::card_label,
        provider::{
            CardFact, ChargeFact, ChargeState, CheckoutFact, CheckoutState, Decline, DisputeFact,
            PaymentProvider, ProviderError, ProviderObject, RefundFact,
        },
    },
};
use chrono::TimeDelta;

/// How soon a charge that the bank has not answered is looked at again, and one that waits for a person.
pub(super) const LOOKS: TimeDelta = TimeDelta::minutes(10);

/// An object, with what it leads to.
#[derive(Clone, Debug)]
pub(super) enum ObjectSnapshot {
    Checkout {
        fact: CheckoutFact,
        charge: Option<ChargeFact>,
        card: Option<CardFact>,
    },
    Charge {
        fact: ChargeFact,
        card: Option<CardFact>,
    },
    Refund(RefundFact),
    Dispute(DisputeFact),
    Card(CardFact),
    CardGone(String),
    Other,
    /// The provider knows nothing of it.
    Missing,
}

/// Reads an object, and what it leads to.
pub(super) async fn read(
    provider: &dyn PaymentProvider,
    reference: &str,
) -> Result<ObjectSnapshot, ProviderError> {
    let object = match provider.read(reference).await {
        Err(ProviderError::Unknown) => return Ok(ObjectSnapshot::Missing),
        object => object?,
    };
    Ok(match object {
        ProviderObject::Checkout(fact) => {
            let charge = match &fact.charge {
                Some(charge) => read_charge(provider, charge).await?,
                None => None,
            };
            let method = charge.as_ref().and_then(|charge| charge.method.as_ref()).or(fact.method.as_ref());
            let card = read_card(provider, method).await?;
            ObjectSnapshot::Checkout { fact, charge, card }
        }
        ProviderObject::Charge(fact) => {
            let card = read_card(provider, fact.method.as_ref()).await?;
            ObjectSnapshot::Charge { fact, card }
        }
        ProviderObject::Refund(fact) => ObjectSnapshot::Refund(fact),
        ProviderObject::Dispute(fact) => ObjectSnapshot::Dispute(fact),
        ProviderObject::Card(fact) => ObjectSnapshot::Card(fact),
        ProviderObject::CardGone(reference) => ObjectSnapshot::CardGone(reference),
        ProviderObject::Other => ObjectSnapshot::Other,
    })
}

async fn read_charge(
    provider: &dyn PaymentProvider,
    reference: &str,
) -> Result<Option<ChargeFact>, ProviderError> {
    match provider.read(reference).await {
        Ok(ProviderObject::Charge(charge)) => Ok(Some(charge)),
        Ok(_) | Err(ProviderError::Unknown) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn read_card(
    provider: &dyn PaymentProvider,
    reference: Option<&String>,
) -> Result<Option<CardFact>, ProviderError> {
    let Some(reference) = reference else { return Ok(None) };
    match provider.read(reference).await {
        Ok(ProviderObject::Card(card)) => Ok(Some(card)),
        Ok(_) | Err(ProviderError::Unknown) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What came of a snapshot, for the record of its fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppliedFact {
    pub outcome: FactOutcome,
    pub client: Option<ClientId>,
    /// What came of it, for the desk.
    pub note: &'static str,
}

impl AppliedFact {
    pub(super) fn acted(client: ClientId, note: &'static str) -> Self {
        Self { outcome: FactOutcome::Acted, client: Some(client), note }
    }

    pub(super) fn unknown(note: &'static str) -> Self {
        Self { outcome: FactOutcome::Unknown, client: None, note }
    }
}

/// Does what follows from an object as it is now; again, it does nothing. For the server's scope.
pub(super) async fn apply_in(tx: &mut Tx, server: &Scope, snapshot: &ObjectSnapshot) -> Result<AppliedFact> {
    match snapshot {
        ObjectSnapshot::Checkout { fact, charge, card } => {
            checkout_in(tx, server, fact, charge.as_ref(), card.as_ref()).await
        }
        ObjectSnapshot::Charge { fact, card } => charge_in(tx, server, fact, card.as_ref()).await,
        ObjectSnapshot::Refund(fact) => refund_calls::apply_in(tx, server, fact).await,
        ObjectSnapshot::Dispute(fact) => disputes::apply_in(tx, server, fact).await,
        ObjectSnapshot::Card(fact) => cards::update_in(tx, server, fact).await,
        ObjectSnapshot::CardGone(reference) => cards::remove_in(tx, server, reference).await,
        ObjectSnapshot::Other => Ok(AppliedFact::unknown("It means nothing here")),
        ObjectSnapshot::Missing => Ok(AppliedFact::unknown("The provider no longer has it")),
    }
}

/// The attempt that an object is about, by the id that was given with it or else by its reference.
async fn find_in(
    tx: &mut Tx,
    server: &Scope,
    given: Option<&String>,
    reference: &str,
) -> Result<Option<Attempt>> {
    if let Some(id) = given.and_then(|id| id.parse::<PaymentAttemptId>().ok())
        && let Some(found) = attempt_in(tx, server, AttemptKey::Id(id), false).await?
    {
        return Ok(Some(found));
    }
    attempt_in(tx, server, AttemptKey::Reference(reference), false).await
}

async fn checkout_in(
    tx: &mut Tx,
    server: &Scope,
    fact: &CheckoutFact,
    charge: Option<&ChargeFact>,
    card: Option<&CardFact>,
) -> Result<AppliedFact> {
    let attempt = find_in(tx, server, fact.attempt.as_ref(), &fact.reference).await?;
    let Some(attempt) = attempt else {
        return cards::set_up_in(tx, server, fact, card).await;
    };
    if let Some(charge) = charge {
        return charge_of_in(tx, server, &attempt, charge, card).await;
    }
    billing::lock_invoice(tx, server, attempt.invoice).await?;
    if fact.state == CheckoutState::Expired && end_in(tx, server, attempt.id, None).await? {
        crate::live_hints::publish(tx, server, attempt.client, "invoice", None).await?;
    }
    Ok(AppliedFact::acted(attempt.client, "Nothing was paid on the page"))
}

async fn charge_in(
    tx: &mut Tx,
    server: &Scope,
    fact: &ChargeFact,
    card: Option<&CardFact>,
) -> Result<AppliedFact> {
    match find_in(tx, server, fact.attempt.as_ref(), &fact.reference).await? {
        Some(attempt) => charge_of_in(tx, server, &attempt, fact, card).await,
        None => Ok(AppliedFact::unknown("A charge that wasn’t made from here")),
    }
}

async fn charge_of_in(
    tx: &mut Tx,
    server: &Scope,
    attempt: &Attempt,
    fact: &ChargeFact,
    card: Option<&CardFact>,
) -> Result<AppliedFact> {
    // The invoice is held before the attempt, here and wherever an attempt is made.
    billing::lock_invoice(tx, server, attempt.invoice).await?;
    let Some(attempt) = attempt_in(tx, server, AttemptKey::Id(attempt.id), true).await? else {
        return Ok(AppliedFact::unknown("A charge that wasn’t made from here"));
    };
    let client = attempt.client;
    match &fact.state {
        ChargeState::Succeeded => {
            succeed_in(tx, server, &attempt, fact, card).await?;
            return Ok(AppliedFact::acted(client, "Paid"));
        }
        // A fact that comes late takes nothing back.
        _ if attempt.is_over() => return Ok(AppliedFact::acted(client, "It was over already")),
        ChargeState::Processing => unsettled_in(tx, server, &attempt, fact, None).await?,
        ChargeState::NeedsPerson { url } if !attempt.is_automatic => {
            unsettled_in(tx, server, &attempt, fact, url.as_deref()).await?;
        }
        ChargeState::NeedsPerson { .. } => {
            let wants = Decline { code: "authentication_required".to_owned(), may_retry: false };
            decline_in(tx, server, &attempt, &wants).await?;
        }
        ChargeState::Declined(decline) => decline_in(tx, server, &attempt, decline).await?,
        ChargeState::Canceled if attempt.kind == AttemptKind::CardOnFile => {
            end_in(tx, server, attempt.id, None).await?;
        }
        ChargeState::Canceled => {}
    }
    crate::live_hints::publish(tx, server, client, "invoice", None).await?;
    Ok(AppliedFact::acted(client, "Noted at its attempt"))
}

async fn succeed_in(
    tx: &mut Tx,
    server: &Scope,
    attempt: &Attempt,
    fact: &ChargeFact,
    card: Option<&CardFact>,
) -> Result<()> {
    let label = match card {
        Some(card) => {
            cards::keep_in(tx, server, attempt.client, card).await?;
            card_label(&card.brand, &card.last4)
        }
        None => cards::label_in(tx, server, attempt).await?,
    };
    let now = tx.now();
    let changed = sqlx::query!(
        "UPDATE payment_attempt SET state = 'succeeded', charge_reference = $3, decline_code = NULL, ended_at = $4,
                lease_until = NULL, call = NULL, url = NULL
         WHERE workspace_id = $1 AND id = $2 AND state <> 'succeeded'",
        server.workspace.0,
        attempt.id.0,
        fact.reference,
        now,
    )
    .execute(tx.conn())
    .await?;
    let received = ReceivedPayment {
        invoice: attempt.invoice,
        method: PaymentMethod::Card,
        amount: fact.amount,
        reference: fact.reference.clone(),
        attempt: Some(attempt.id),
        card: label,
        fee: fact.fee,
        received_at: fact.made_at,
    };
    receive_in(tx, server, received).await?;
    sqlx::query!(
        "UPDATE payment SET fee_minor = coalesce($3, fee_minor) WHERE workspace_id = $1 AND method = 'card' AND reference = $2",
        server.workspace.0,
        fact.reference,
        fact.fee.map(|fee| fee.minor),
    )
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() > 0 {
        mails::thank_in(tx, server, attempt, fact.amount).await?;
    }
    Ok(())
}

/// The bank has not answered, or wants to see the person.
async fn unsettled_in(
    tx: &mut Tx,
    server: &Scope,
    attempt: &Attempt,
    fact: &ChargeFact,
    url: Option<&str>,
) -> Result<()> {
    let needs_person = matches!(fact.state, ChargeState::NeedsPerson { .. });
    // On the provider's own page it asks for itself.
    if needs_person && attempt.kind == AttemptKind::Checkout {
        return Ok(());
    }
    let state = if needs_person { AttemptState::NeedsPerson } else { AttemptState::Processing };
    sqlx::query!(
        "UPDATE payment_attempt SET state = $3, charge_reference = $4, url = coalesce($5, url)
         WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL",
        server.workspace.0,
        attempt.id.0,
        state.as_str(),
        fact.reference,
        url,
    )
    .execute(tx.conn())
    .await?;
    let at = tx.now() + LOOKS;
    look_again_at_in(tx, server, attempt.id, at).await
}

async fn decline_in(tx: &mut Tx, server: &Scope, attempt: &Attempt, decline: &Decline) -> Result<()> {
    // On the provider's own page another card may still pay.
    if attempt.kind == AttemptKind::Checkout {
        sqlx::query!(
            "UPDATE payment_attempt SET state = 'open', decline_code = $3, may_retry = $4
             WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL",
            server.workspace.0,
            attempt.id.0,
            decline.code,
            decline.may_retry,
        )
        .execute(tx.conn())
        .await?;
        return Ok(());
    }
    if end_in(tx, server, attempt.id, Some(decline)).await? && attempt.is_automatic {
        mails::declined_in(tx, server, attempt, decline).await?;
    }
    Ok(())
}
