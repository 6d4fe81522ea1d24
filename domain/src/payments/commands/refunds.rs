//! Giving money back.

use chrono::TimeDelta;

use super::{
    attempts::{KEY_LASTS, LEASE},
    excess::{Excess, refund_in},
    provider::{note_revoked, provider_of},
    receive::number_in,
    snapshots::AppliedFact,
};
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    audit::{self, NewEntry},
    billing::{InvoiceState, commands as billing},
    ids::{ClientId, InvoiceId, PaymentId, RefundId, WorkspaceId},
    live_hints, mail,
    money::Money,
    payments::{
        PaymentMethod, Providers, RefundStatus,
        provider::{self, PaymentProvider, ProviderError, ProviderObject, RefundFact, RefundState},
    },
    readable,
    scope::operators_only,
};

/// The longest reason.
const LONGEST: usize = 200;
/// How soon a refund that is on its way is looked at again.
const LOOKS: TimeDelta = TimeDelta::hours(6);

/// A form that gives money back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundInput {
    pub payment: PaymentId,
    pub amount: Money,
    pub reason: String,
    /// Whether a credit note over the whole invoice is written beside it.
    pub writes_credit_note: bool,
}

/// Gives money of a payment back: by the provider where it came by card, by the operator's own transfer where by bank. It may
/// be all, a part, or another part; the invoice stays paid on the books, and a credit note beside it says why. Of an invoice
/// that is not paid whole, what went back is due again.
///
/// # Errors
/// Fields `amount` and `reason`; [`Error::Refused`]; [`Error::NotFound`], also for anyone but an operator.
pub async fn refund(
    db: &Db,
    scope: &Scope,
    providers: &dyn Providers,
    input: &RefundInput,
) -> Result<RefundId> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let (excess, id) = store_in(&mut tx, scope, input).await?;
    if input.writes_credit_note {
        billing::credit_in(&mut tx, scope, excess.invoice).await?;
    }
    let entry =
        NewEntry { detail: input.reason.clone(), ..NewEntry::done("refund_payment", input.amount.in_full()) };
    audit::commands::record_in(&mut tx, scope, entry.of(excess.client)).await?;
    live_hints::publish(&mut tx, scope, excess.client, "invoice", None).await?;
    tx.commit().await?;
    if excess.method == PaymentMethod::Card
        && let Err(error) = go_on_with(db, providers, scope.workspace, id).await
    {
        // It is stored: the job makes the call again.
        tracing::warn!(error.message = %error, "a refund waits for its provider");
    }
    Ok(id)
}

async fn store_in(tx: &mut Tx, scope: &Scope, input: &RefundInput) -> Result<(Excess, RefundId)> {
    let invoice = sqlx::query_scalar!(
        r#"SELECT invoice_id AS "invoice!" FROM payment
           WHERE workspace_id = $1 AND id = $2 AND invoice_id IS NOT NULL AND withdrawn_at IS NULL"#,
        scope.workspace.0,
        input.payment.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let locked = billing::lock_invoice(tx, scope, InvoiceId(invoice)).await?;
    let row = sqlx::query!(
        r#"SELECT client_id, method AS "method: PaymentMethod", currency,
                  amount_minor - coalesce((SELECT within_bigint(sum(r.amount_minor)) FROM payment_refund r
                      WHERE r.payment_id = p.id AND r.state <> 'failed'), 0)
                  - coalesce((SELECT within_bigint(sum(b.amount_minor)) FROM balance_entry b WHERE b.payment_id = p.id), 0) AS "left!"
           FROM payment p WHERE workspace_id = $1 AND id = $2 FOR UPDATE OF p"#,
        scope.workspace.0,
        input.payment.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let left = Money::new(row.left, crate::billing::read_currency(&row.currency)?);
    check(input, left)?;
    if row.method == PaymentMethod::Balance {
        return Err(Error::refused("It was paid from the balance. Change the balance instead."));
    }
    let excess = Excess {
        client: ClientId(row.client_id),
        payment: input.payment,
        invoice: InvoiceId(invoice),
        method: row.method,
        amount: input.amount,
    };
    let id = refund_in(tx, scope, &excess, input.reason.trim()).await?;
    if locked.state == InvoiceState::Issued {
        sqlx::query!(
            "UPDATE payment SET applied_minor = least(applied_minor, $3) WHERE workspace_id = $1 AND id = $2",
            scope.workspace.0,
            input.payment.0,
            left.minor - input.amount.minor,
        )
        .execute(tx.conn())
        .await?;
    }
    Ok((excess, id))
}

fn check(input: &RefundInput, left: Money) -> Result<()> {
    let mut errors = FieldErrors::new();
    if input.amount.currency != left.currency || input.amount.minor <= 0 {
        errors.add("amount", format!("Enter an amount in {}, above zero.", left.currency.code()));
    } else if input.amount.minor > left.minor {
        errors.add("amount", format!("At most {} of this payment can go back.", left.in_full()));
    }
    let reason = input.reason.trim();
    if reason.chars().count() > LONGEST || readable::line(reason) != reason {
        errors.add("reason", format!("Use at most {LONGEST} characters on one line."));
    }
    errors.check()
}

/// Notes that a refund by bank transfer was sent.
///
/// # Errors
/// [`Error::NotFound`] for one by card or one that is over, also for anyone but an operator.
pub async fn settle_refund(db: &Db, scope: &Scope, refund: RefundId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let client = sqlx::query_scalar!(
        "UPDATE payment_refund r SET state = 'succeeded', ended_at = $3 FROM payment p
         WHERE r.workspace_id = $1 AND r.id = $2 AND r.state = 'open' AND p.id = r.payment_id AND p.method <> 'card'
         RETURNING r.client_id",
        scope.workspace.0,
        refund.0,
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let entry = NewEntry::done("settle_refund", "").of(ClientId(client));
    audit::commands::record_in(&mut tx, scope, entry).await?;
    live_hints::publish(&mut tx, scope, ClientId(client), "invoice", None).await?;
    tx.commit().await
}

/// A refund that somebody has taken up.
struct ClaimedRefund {
    charge: String,
    amount: Money,
    reference: Option<String>,
    /// Its key may be forgotten: the same call could be another refund.
    is_late: bool,
    /// What is known to have gone back of the charge.
    known_minor: i64,
}

/// Makes the call of a refund that is stored, the first time or again, or looks at what became of it.
pub(super) async fn go_on_with(
    db: &Db,
    providers: &dyn Providers,
    workspace: WorkspaceId,
    id: RefundId,
) -> Result<bool> {
    let server = Scope::system(workspace);
    let Some(claimed) = claim(db, &server, id).await? else { return Ok(false) };
    let provider = match provider_of(db, workspace, providers).await {
        Err(Error::Refused(_)) => return Ok(false),
        provider => provider?,
    };
    match call(&*provider, id, &claimed).await {
        Ok(Some(fact)) => {
            let mut tx = db.begin(&server).await?;
            apply_in(&mut tx, &server, &fact).await?;
            tx.commit().await?;
        }
        Ok(None) => {}
        Err(ProviderError::KeyRevoked) => note_revoked(db, workspace).await?,
        Err(ProviderError::Unavailable(why)) => {
            tracing::warn!(error.message = why, "a refund was not answered");
        }
        Err(error) => {
            tracing::error!(error.message = %error, "a refund was refused");
            let mut tx = db.begin(&server).await?;
            fail_in(&mut tx, &server, id).await?;
            tx.commit().await?;
        }
    }
    Ok(true)
}

async fn call(
    provider: &dyn PaymentProvider,
    id: RefundId,
    claimed: &ClaimedRefund,
) -> Result<Option<RefundFact>, ProviderError> {
    if let Some(reference) = &claimed.reference {
        return Ok(match provider.read(reference).await? {
            ProviderObject::Refund(fact) => Some(fact),
            _ => None,
        });
    }
    if claimed.is_late
        && let ProviderObject::Charge(charge) = provider.read(&claimed.charge).await?
        && charge.refunded_minor >= claimed.known_minor + claimed.amount.minor
    {
        // It took effect, and its answer was lost.
        return Ok(Some(RefundFact {
            reference: id.to_string(),
            charge: claimed.charge.clone(),
            refund: Some(id.to_string()),
            amount: claimed.amount,
            state: RefundState::Succeeded,
        }));
    }
    let input = provider::RefundInput {
        key: id.to_string(),
        charge: claimed.charge.clone(),
        amount: claimed.amount,
        refund: id.to_string(),
    };
    provider.refund(&input).await.map(Some)
}

async fn claim(db: &Db, server: &Scope, id: RefundId) -> Result<Option<ClaimedRefund>> {
    let mut tx = db.begin(server).await?;
    let now = tx.now();
    let row = sqlx::query!(
        r#"UPDATE payment_refund r SET lease_until = $4 FROM payment p
           WHERE r.workspace_id = $1 AND r.id = $2 AND r.state IN ('open', 'pending') AND r.lease_until <= $3
             AND p.id = r.payment_id AND p.method = 'card'
           RETURNING p.reference AS charge, r.amount_minor, p.currency, r.reference, r.asked_at,
                     coalesce((SELECT within_bigint(sum(o.amount_minor)) FROM payment_refund o
                               WHERE o.payment_id = p.id AND o.state IN ('pending', 'succeeded')), 0) AS "known_minor!""#,
        server.workspace.0,
        id.0,
        now,
        now + LEASE,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ClaimedRefund {
        charge: row.charge,
        amount: Money::new(row.amount_minor, crate::billing::read_currency(&row.currency)?),
        reference: row.reference,
        is_late: row.asked_at + KEY_LASTS < now,
        known_minor: row.known_minor,
    }))
}

/// What is known of a refund, also of one that was made on the provider's own pages.
pub(super) async fn apply_in(tx: &mut Tx, server: &Scope, fact: &RefundFact) -> Result<AppliedFact> {
    let payment = sqlx::query!(
        "SELECT id, client_id, invoice_id FROM payment WHERE workspace_id = $1 AND method = 'card' AND reference = $2 FOR UPDATE",
        server.workspace.0,
        fact.charge,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(payment) = payment else {
        return Ok(AppliedFact::unknown("A refund of a charge that wasn’t made from here"));
    };
    let client = ClientId(payment.client_id);
    let given = fact.refund.as_deref().and_then(|id| id.parse::<RefundId>().ok());
    let id = match find_in(tx, server, given, &fact.reference).await? {
        Some(id) => id,
        None => note_foreign_in(tx, server, (PaymentId(payment.id), client), fact).await?,
    };
    let status = match fact.state {
        RefundState::Pending => RefundStatus::Pending,
        RefundState::Succeeded => RefundStatus::Succeeded,
        RefundState::Failed => RefundStatus::Failed,
    };
    if fact.state == RefundState::Failed {
        fail_in(tx, server, id).await?;
        return Ok(AppliedFact::acted(client, "The refund failed"));
    }
    let now = tx.now();
    let is_over = fact.state == RefundState::Succeeded;
    // What is over stays so, whatever comes late.
    let changed = sqlx::query!(
        "UPDATE payment_refund SET state = $3, reference = $4, ended_at = $5, lease_until = $6
         WHERE workspace_id = $1 AND id = $2 AND state IN ('open', 'pending')",
        server.workspace.0,
        id.0,
        status.as_str(),
        fact.reference,
        is_over.then_some(now),
        (!is_over).then(|| now + LOOKS),
    )
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() > 0 && is_over {
        mail_in(tx, server, client, payment.invoice_id.map(InvoiceId), fact.amount).await?;
        live_hints::publish(tx, server, client, "invoice", None).await?;
    }
    Ok(AppliedFact::acted(client, "Noted at its refund"))
}

async fn find_in(
    tx: &mut Tx,
    server: &Scope,
    given: Option<RefundId>,
    reference: &str,
) -> Result<Option<RefundId>> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM payment_refund WHERE workspace_id = $1 AND (id = $2 OR reference = $3)
         ORDER BY (id = $2) DESC NULLS LAST LIMIT 1",
        server.workspace.0,
        given.map(|id| id.0),
        reference,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(RefundId))
}

/// A refund that an operator made on the provider's own pages.
async fn note_foreign_in(
    tx: &mut Tx,
    server: &Scope,
    (payment, client): (PaymentId, ClientId),
    fact: &RefundFact,
) -> Result<RefundId> {
    let (id, now) = (RefundId::new(), tx.now());
    sqlx::query!(
        "INSERT INTO payment_refund (id, workspace_id, client_id, payment_id, amount_minor, reason, reference, state, asked_at)
         VALUES ($1, $2, $3, $4, $5, 'Made at the payment provider', $6, 'pending', $7)",
        id.0,
        server.workspace.0,
        client.0,
        payment.0,
        fact.amount.minor,
        fact.reference,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// A refund came to nothing: an operator has to see to it.
async fn fail_in(tx: &mut Tx, server: &Scope, id: RefundId) -> Result<()> {
    let now = tx.now();
    let row = sqlx::query!(
        "UPDATE payment_refund r SET state = 'failed', ended_at = $3, lease_until = NULL FROM payment p
         WHERE r.workspace_id = $1 AND r.id = $2 AND r.state <> 'failed' AND p.id = r.payment_id
         RETURNING r.client_id, r.amount_minor, p.currency",
        server.workspace.0,
        id.0,
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(()) };
    let amount = Money::new(row.amount_minor, crate::billing::read_currency(&row.currency)?);
    let client = ClientId(row.client_id);
    let body = format!(
        "A refund of {} couldn’t be made. The client still expects the money. See what the payment provider says about it, \
         or send it by bank transfer.\n\n{{link:/desk/payments}}\n",
        amount.in_full(),
    );
    mail::commands::queue_to_operators_about_in(tx, server, Some(client), "A refund failed", &body).await?;
    live_hints::publish(tx, server, client, "invoice", None).await
}

async fn mail_in(
    tx: &mut Tx,
    server: &Scope,
    client: ClientId,
    invoice: Option<InvoiceId>,
    amount: Money,
) -> Result<()> {
    let of = match invoice {
        Some(invoice) => format!(" for invoice {}", number_in(tx, server, invoice).await?),
        None => String::new(),
    };
    let amount = amount.in_full();
    let body = format!(
        "Hi,\n\nWe sent {amount} back to your card{of}. It can take your bank up to 10 days to show it.\n"
    );
    mail::commands::queue_to_payers_in(tx, server, client, &format!("We refunded {amount}"), &body)
        .await
        .map(drop)
}
