//! Reading the accounts' events, for whoever has no webhook, and for what a webhook did not bring.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    facts::take_fact,
    provider::{note_revoked, provider_of},
};
use crate::{
    Db, Result, Scope, SystemRole,
    ids::WorkspaceId,
    payments::{FactOutcome, Providers, provider::ProviderError},
};

/// Events may show later than others that happened after them.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// Reads the events of every account from where it last was, with an overlap; how many were new. An account that does not
/// answer keeps the others waiting for nothing, and is read on from where it was.
///
/// # Errors
/// When the database is away.
pub async fn read_events(db: &Db, providers: &dyn Providers) -> Result<u64> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let rows = sqlx::query!(
        "SELECT workspace_id, events_read_to FROM payment_account WHERE revoked_at IS NULL ORDER BY workspace_id"
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let mut new = 0;
    for row in rows {
        let workspace = WorkspaceId(row.workspace_id);
        match read_account(db, providers, workspace, row.events_read_to).await {
            Ok(count) => new += count,
            Err(error) => {
                tracing::warn!(workspace.id = %workspace, error.message = %error, "events could not be read");
            }
        }
    }
    Ok(new)
}

async fn read_account(
    db: &Db,
    providers: &dyn Providers,
    workspace: WorkspaceId,
    read_to: DateTime<Utc>,
) -> Result<u64> {
    let provider = provider_of(db, workspace, providers).await?;
    let events = match provider.events_since(read_to - OVERLAP).await {
        Ok(events) => events,
        Err(ProviderError::KeyRevoked) => return note_revoked(db, workspace).await.map(|()| 0),
        Err(error) => {
            tracing::info!(workspace.id = %workspace, error.message = %error, "the provider's events cannot be read");
            return Ok(0);
        }
    };
    let mut new = 0;
    for event in &events {
        let outcome = take_fact(db, workspace, providers, event).await?;
        new += u64::from(outcome != FactOutcome::Seen);
        if event.at > read_to {
            note_read(db, workspace, event.at).await?;
        }
    }
    Ok(new)
}

async fn note_read(db: &Db, workspace: WorkspaceId, to: DateTime<Utc>) -> Result<()> {
    let mut tx = db.begin(&Scope::system(workspace)).await?;
    sqlx::query!(
        "UPDATE payment_account SET events_read_to = greatest(events_read_to, $2) WHERE workspace_id = $1",
        workspace.0,
        to,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await
}
