//! Attempts in the database: stored before their call, changed by what is known of it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::types::Json;

use crate::{
    Error, Result, Scope, Tx,
    billing::{
        InvoiceState,
        commands::{self as billing, LockedInvoice},
    },
    ids::{ClientId, InvoiceId, PaymentAttemptId, PaymentCardId},
    money::Money,
    payments::{AttemptKind, AttemptState, ChargeOutcome, provider::Decline, queries::rest_in},
};

/// How long a call may take before it counts as cut off.
pub(super) const LEASE: TimeDelta = TimeDelta::minutes(2);
/// After which a provider may have forgotten a call's key: the same call is then another one, and is not made.
pub(super) const KEY_LASTS: TimeDelta = TimeDelta::hours(23);

/// An attempt as it stands.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub id: PaymentAttemptId,
    pub client: ClientId,
    pub invoice: InvoiceId,
    pub kind: AttemptKind,
    pub state: AttemptState,
    pub amount: Money,
    pub checkout: Option<String>,
    pub charge: Option<String>,
    pub url: Option<String>,
    pub card: Option<PaymentCardId>,
    pub decline_code: Option<String>,
    pub may_retry: bool,
    pub is_automatic: bool,
    pub begun_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub call: Option<serde_json::Value>,
}

impl Attempt {
    /// What it comes to for whoever waits.
    pub(super) fn outcome(&self) -> ChargeOutcome {
        match self.state {
            AttemptState::Succeeded => ChargeOutcome::Paid,
            AttemptState::Processing => ChargeOutcome::Processing,
            AttemptState::NeedsPerson => ChargeOutcome::NeedsPerson { url: self.url.clone() },
            AttemptState::Open if self.kind == AttemptKind::CardOnFile => ChargeOutcome::Processing,
            AttemptState::Declined => ChargeOutcome::Declined(Decline {
                code: self.decline_code.clone().unwrap_or_else(|| "declined".to_owned()),
                may_retry: self.may_retry,
            }),
            AttemptState::Open | AttemptState::Canceled => ChargeOutcome::NotPaid,
        }
    }

    /// Nothing more comes of it, as far as is known.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, AttemptState::Succeeded | AttemptState::Declined | AttemptState::Canceled)
    }
}

/// What an attempt is found by.
#[derive(Clone, Copy, Debug)]
pub(super) enum AttemptKey<'a> {
    Id(PaymentAttemptId),
    /// Of the charge or of the page to pay on.
    Reference(&'a str),
}

/// An attempt of the workspace's. `holds`: its row is held until the transaction ends; its invoice's has to be before.
pub(super) async fn attempt_in(
    tx: &mut Tx,
    server: &Scope,
    key: AttemptKey<'_>,
    holds: bool,
) -> Result<Option<Attempt>> {
    let (id, reference) = match key {
        AttemptKey::Id(id) => (Some(id.0), None),
        AttemptKey::Reference(reference) => (None, Some(reference)),
    };
    if holds {
        sqlx::query!(
            "SELECT FROM payment_attempt WHERE workspace_id = $1
               AND (id = $2 OR checkout_reference = $3 OR charge_reference = $3) FOR UPDATE",
            server.workspace.0,
            id,
            reference,
        )
        .fetch_all(tx.conn())
        .await?;
    }
    let row = sqlx::query!(
        r#"SELECT id, client_id, invoice_id, kind AS "kind: AttemptKind", state AS "state: AttemptState", amount_minor, currency,
                  checkout_reference, charge_reference, url, card_id, decline_code, may_retry, is_automatic, begun_at,
                  expires_at, call
           FROM payment_attempt WHERE workspace_id = $1 AND (id = $2 OR checkout_reference = $3 OR charge_reference = $3)"#,
        server.workspace.0,
        id,
        reference,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Attempt {
        id: PaymentAttemptId(row.id),
        client: ClientId(row.client_id),
        invoice: InvoiceId(row.invoice_id),
        kind: row.kind,
        state: row.state,
        amount: Money::new(row.amount_minor, crate::billing::read_currency(&row.currency)?),
        checkout: row.checkout_reference,
        charge: row.charge_reference,
        url: row.url,
        card: row.card_id.map(PaymentCardId),
        decline_code: row.decline_code,
        may_retry: row.may_retry,
        is_automatic: row.is_automatic,
        begun_at: row.begun_at,
        expires_at: row.expires_at,
        call: row.call,
    }))
}

/// An invoice that can be paid now, held, and what is left of it.
pub(super) async fn lock_payable_in(
    tx: &mut Tx,
    scope: &Scope,
    invoice: InvoiceId,
) -> Result<(LockedInvoice, Money)> {
    let server = Scope::system(scope.workspace);
    let locked = billing::lock_invoice(tx, &server, invoice).await?;
    if scope.client.is_some_and(|own| own != locked.client) || locked.state == InvoiceState::Draft {
        return Err(Error::NotFound);
    }
    if locked.state == InvoiceState::Void {
        return Err(Error::refused("This invoice was voided. There’s nothing to pay."));
    }
    let rest = rest_in(tx, &server, invoice).await?;
    if rest.minor == 0 {
        return Err(Error::refused("This invoice is already paid. Thank you!"));
    }
    Ok((locked, rest))
}

/// An attempt to be.
pub(super) struct NewAttempt<'a, C> {
    pub id: PaymentAttemptId,
    pub client: ClientId,
    pub invoice: InvoiceId,
    pub kind: AttemptKind,
    pub card: Option<PaymentCardId>,
    pub amount: Money,
    pub is_automatic: bool,
    /// What the provider will be called with.
    pub call: &'a C,
}

/// Stores an attempt whose call is about to be made.
pub(super) async fn insert_in<C: Serialize + Sync>(
    tx: &mut Tx,
    server: &Scope,
    new: &NewAttempt<'_, C>,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO payment_attempt (id, workspace_id, client_id, invoice_id, kind, card_id, amount_minor, currency, state,
                is_automatic, begun_at, lease_until, call)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, $12)",
        new.id.0,
        server.workspace.0,
        new.client.0,
        new.invoice.0,
        new.kind.as_str(),
        new.card.map(|card| card.0),
        new.amount.minor,
        new.amount.currency.code(),
        new.is_automatic,
        now,
        now + LEASE,
        Json(new.call) as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends an attempt that came to nothing. One that succeeded stays so.
pub(super) async fn end_in(
    tx: &mut Tx,
    server: &Scope,
    attempt: PaymentAttemptId,
    decline: Option<&Decline>,
) -> Result<bool> {
    let now = tx.now();
    let ended = sqlx::query!(
        "UPDATE payment_attempt SET state = CASE WHEN $3::text IS NULL THEN 'canceled' ELSE 'declined' END,
                decline_code = coalesce($3, decline_code), may_retry = $4, ended_at = $5, lease_until = NULL, call = NULL, url = NULL
         WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL",
        server.workspace.0,
        attempt.0,
        decline.map(|decline| decline.code.as_str()),
        decline.is_none_or(|decline| decline.may_retry),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(ended.rows_affected() > 0)
}

/// Where an attempt that is not over is looked at again.
pub(super) async fn look_again_at_in(
    tx: &mut Tx,
    server: &Scope,
    attempt: PaymentAttemptId,
    at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE payment_attempt SET lease_until = $3 WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL",
        server.workspace.0,
        attempt.0,
        at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
