//! The calls of refunds that are stored: made the first time or again, and what came of them.

use chrono::TimeDelta;

use super::{
    attempts::{KEY_LASTS, LEASE},
    provider::{note_revoked, provider_of},
    receive::number_in,
    snapshots::AppliedFact,
};
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::{ClientId, InvoiceId, PaymentId, RefundId, WorkspaceId},
    live_hints, mail,
    money::Money,
    payments::{
        Providers, RefundStatus,
        provider::{self, PaymentProvider, ProviderError, ProviderObject, RefundFact, RefundState},
    },
};

/// How soon a refund that is on its way is looked at again.
const LOOKS: TimeDelta = TimeDelta::hours(6);

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
    mail::commands::queue_to_payers_in(tx, server, client, &format!("We refunded {amount}"), &body, None)
        .await
        .map(drop)
}
