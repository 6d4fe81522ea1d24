//! Facts: that something happened at the provider. Each is taken once, whether it comes by a webhook, is read by the job, or
//! both, and what it is about is read anew: events come twice, late and in the wrong order, and objects do not.

use super::{
    provider::{note_revoked, provider_of},
    snapshots::{self, AppliedFact},
};
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::WorkspaceId,
    payments::{
        FactOutcome, Providers,
        provider::{ProviderError, ProviderEvent},
    },
};

/// Seconds after which a fact that could not be looked at is worth another try.
const AGAIN: u32 = 60;

/// Takes a fact once: reads what it is about anew, and in one transaction stores it and does what follows.
///
/// # Errors
/// [`Error::Busy`] where the provider does not answer: the fact has to come again.
pub async fn take_fact(
    db: &Db,
    workspace: WorkspaceId,
    providers: &dyn Providers,
    event: &ProviderEvent,
) -> Result<FactOutcome> {
    let server = Scope::system(workspace);
    let mut tx = db.begin(&server).await?;
    let seen = is_seen_in(&mut tx, &server, event).await?;
    tx.commit().await?;
    if seen {
        return Ok(FactOutcome::Seen);
    }
    let provider = provider_of(db, workspace, providers).await?;
    let snapshot = match snapshots::read(&*provider, &event.object).await {
        Ok(snapshot) => snapshot,
        Err(ProviderError::KeyRevoked) => {
            note_revoked(db, workspace).await?;
            return Err(Error::Busy { retry_after: AGAIN });
        }
        Err(error) => {
            tracing::warn!(event.id = event.id, error.message = %error, "a fact could not be looked at");
            return Err(Error::Busy { retry_after: AGAIN });
        }
    };
    let mut tx = db.begin(&server).await?;
    if !store_in(&mut tx, &server, event).await? {
        return Ok(FactOutcome::Seen);
    }
    let applied = snapshots::apply_in(&mut tx, &server, &snapshot).await?;
    note_in(&mut tx, &server, event, &applied).await?;
    tx.commit().await?;
    Ok(applied.outcome)
}

async fn is_seen_in(tx: &mut Tx, server: &Scope, event: &ProviderEvent) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM payment_fact WHERE workspace_id = $1 AND id = $2) AS "any!""#,
        server.workspace.0,
        event.id,
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Whether it was this call that stored it: whoever comes at the same time waits here for the first.
async fn store_in(tx: &mut Tx, server: &Scope, event: &ProviderEvent) -> Result<bool> {
    let now = tx.now();
    let stored = sqlx::query!(
        "INSERT INTO payment_fact (workspace_id, id, kind, object, happened_at, received_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (workspace_id, id) DO NOTHING",
        server.workspace.0,
        event.id,
        event.kind,
        event.object,
        event.at,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(stored.rows_affected() > 0)
}

async fn note_in(tx: &mut Tx, server: &Scope, event: &ProviderEvent, applied: &AppliedFact) -> Result<()> {
    sqlx::query!(
        "UPDATE payment_fact SET client_id = $3, outcome = $4 WHERE workspace_id = $1 AND id = $2",
        server.workspace.0,
        event.id,
        applied.client.map(|client| client.0),
        applied.note,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
