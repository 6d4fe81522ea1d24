//! What was cut off is gone on with: the same call with the same key, or a look at what came of it.

use uuid::Uuid;

use super::{
    attempts::{Attempt, AttemptKey, KEY_LASTS, LEASE, attempt_in, end_in, look_again_at_in},
    charge::charge,
    checkout,
    provider::{note_revoked, provider_of},
    refund_calls,
    snapshots::{self, LOOKS, apply_in},
};
use crate::{
    Db, Error, Result, Scope, SystemRole,
    billing::InvoiceState,
    each::each,
    ids::{PaymentAttemptId, RefundId, WorkspaceId},
    payments::{
        AttemptKind, AttemptState, Providers,
        provider::{PaymentProvider, ProviderError},
    },
};
use chrono::TimeDelta;

/// How many of each one round takes up.
const ROUND: i64 = 200;
/// How long somebody has to show themselves to their bank.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

/// Goes on with what was cut off or is still on its way: attempts and refunds whose lease ran out. Answers how many it took up.
///
/// # Errors
/// The last failure, once all were tried; when the database is away.
pub async fn go_on(db: &Db, providers: &dyn Providers) -> Result<u64> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let attempts = sqlx::query!(
        "SELECT workspace_id, id FROM payment_attempt WHERE ended_at IS NULL AND lease_until <= $1 ORDER BY lease_until LIMIT $2",
        now,
        ROUND,
    )
    .fetch_all(tx.conn())
    .await?;
    let refunds = sqlx::query!(
        "SELECT workspace_id, id FROM payment_refund WHERE state IN ('open', 'pending') AND lease_until <= $1
         ORDER BY lease_until LIMIT $2",
        now,
        ROUND,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let attempts: Vec<(Uuid, Uuid)> = attempts.into_iter().map(|row| (row.workspace_id, row.id)).collect();
    let refunds: Vec<(Uuid, Uuid)> = refunds.into_iter().map(|row| (row.workspace_id, row.id)).collect();
    let attempted = each(attempts, |(workspace, id)| {
        go_on_with(db, providers, WorkspaceId(workspace), PaymentAttemptId(id))
    })
    .await;
    let refunded = each(refunds, |(workspace, id)| {
        refund_calls::go_on_with(db, providers, WorkspaceId(workspace), RefundId(id))
    })
    .await;
    Ok(attempted? + refunded?)
}

async fn go_on_with(
    db: &Db,
    providers: &dyn Providers,
    workspace: WorkspaceId,
    id: PaymentAttemptId,
) -> Result<bool> {
    let server = Scope::system(workspace);
    let Some((attempt, invoice)) = claim(db, &server, id).await? else { return Ok(false) };
    // Without an account nothing is known of it, and nothing is done.
    let provider = match provider_of(db, workspace, providers).await {
        Err(Error::Refused(_)) => return Ok(false),
        provider => provider?,
    };
    match attempt.charge.as_ref().or(attempt.checkout.as_ref()) {
        Some(reference) => look(db, &server, &*provider, &attempt, invoice, reference).await,
        None => call_again(db, &server, &*provider, &attempt, invoice).await,
    }
}

/// Takes the attempt for itself, unless another was faster; and how its invoice stands.
async fn claim(db: &Db, server: &Scope, id: PaymentAttemptId) -> Result<Option<(Attempt, InvoiceState)>> {
    let mut tx = db.begin(server).await?;
    let now = tx.now();
    let claimed = sqlx::query!(
        "UPDATE payment_attempt SET lease_until = $4 WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL AND lease_until <= $3",
        server.workspace.0,
        id.0,
        now,
        now + LEASE,
    )
    .execute(tx.conn())
    .await?;
    if claimed.rows_affected() == 0 {
        return Ok(None);
    }
    let Some(attempt) = attempt_in(&mut tx, server, AttemptKey::Id(id), false).await? else {
        return Ok(None);
    };
    let invoice = sqlx::query_scalar!(
        r#"SELECT state AS "state: InvoiceState" FROM invoice WHERE workspace_id = $1 AND id = $2"#,
        server.workspace.0,
        attempt.invoice.0,
    )
    .fetch_one(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(Some((attempt, invoice)))
}

/// Makes the call again that was never answered. Where nobody is to pay any more, or its key may be forgotten, it is left: if
/// it did take effect, its fact says so and is acted on.
async fn call_again(
    db: &Db,
    server: &Scope,
    provider: &dyn PaymentProvider,
    attempt: &Attempt,
    invoice: InvoiceState,
) -> Result<bool> {
    let is_late = attempt.begun_at + KEY_LASTS < db.now();
    let call = attempt.call.clone().filter(|_| !is_late && invoice == InvoiceState::Issued);
    let Some(call) = call else {
        let mut tx = db.begin(server).await?;
        end_in(&mut tx, server, attempt.id, None).await?;
        tx.commit().await?;
        return Ok(true);
    };
    let broken = |error: serde_json::Error| Error::Broken(format!("the call of {}: {error}", attempt.id));
    let made = match attempt.kind {
        AttemptKind::CardOnFile => {
            let call = serde_json::from_value(call).map_err(broken)?;
            charge(db, server, provider, attempt.id, &call).await.map(drop)
        }
        AttemptKind::Checkout => {
            let call = serde_json::from_value(call).map_err(broken)?;
            checkout::open(db, server, provider, attempt.id, &call).await.map(drop)
        }
    };
    match made {
        // It was said at the attempt or at the account.
        Err(Error::Refused(_)) => Ok(true),
        made => made.map(|()| true),
    }
}

/// Looks at what an attempt led to. A page that nobody is to pay on any more is closed; somebody who does not show themselves
/// to their bank gives it up.
async fn look(
    db: &Db,
    server: &Scope,
    provider: &dyn PaymentProvider,
    attempt: &Attempt,
    invoice: InvoiceState,
    reference: &str,
) -> Result<bool> {
    if invoice != InvoiceState::Issued
        && let Some(checkout) = &attempt.checkout
        && let Err(error) = provider.close_checkout(checkout).await
    {
        tracing::info!(error.message = %error, "a page to pay on could not be closed");
    }
    let snapshot = match snapshots::read(provider, reference).await {
        Ok(snapshot) => snapshot,
        Err(ProviderError::KeyRevoked) => return note_revoked(db, server.workspace).await.map(|()| true),
        Err(error) => {
            tracing::info!(error.message = %error, "an attempt could not be looked at");
            return Ok(false);
        }
    };
    let mut tx = db.begin(server).await?;
    apply_in(&mut tx, server, &snapshot).await?;
    let after = attempt_in(&mut tx, server, AttemptKey::Id(attempt.id), false).await?;
    if let Some(after) = after.filter(|after| !after.is_over()) {
        let now = tx.now();
        let gave_up = match after.state {
            AttemptState::NeedsPerson => after.begun_at + PATIENCE < now,
            AttemptState::Open => after.expires_at.is_some_and(|at| at + PATIENCE < now),
            _ => false,
        };
        if gave_up {
            end_in(&mut tx, server, after.id, None).await?;
        } else {
            look_again_at_in(&mut tx, server, after.id, now + LOOKS).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}
