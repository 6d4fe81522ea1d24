use super::whose;
use crate::{
    Result, Scope, Tx,
    ids::WebhookId,
    sealed::{Keyring, SealedSecret},
};

/// Seals the workspace's secrets under the current master key: how many, and how many no key here opens.
pub(crate) async fn reseal_in(tx: &mut Tx, scope: &Scope, ring: &Keyring) -> Result<(u64, u64)> {
    let rows = sqlx::query!(
        "SELECT id, key_id, wrapped, sealed FROM webhook WHERE workspace_id = $1 AND key_id <> $2 AND removed_at IS NULL
         ORDER BY id FOR UPDATE",
        scope.workspace.0,
        ring.name(),
    )
    .fetch_all(tx.conn())
    .await?;
    let secrets = rows.into_iter().map(|row| {
        let sealed = SealedSecret { key_id: row.key_id, wrapped: row.wrapped, sealed: row.sealed };
        (WebhookId(row.id), sealed)
    });
    let (renewed, unopened) = ring.renew_all(|webhook| whose(scope, webhook), secrets);
    let mut done = 0;
    for (webhook, secret) in &renewed {
        done += reseal_one(tx, scope, *webhook, secret).await?;
    }
    Ok((done, unopened))
}

async fn reseal_one(tx: &mut Tx, scope: &Scope, webhook: WebhookId, renewed: &SealedSecret) -> Result<u64> {
    let done = sqlx::query!(
        "UPDATE webhook SET key_id = $3, wrapped = $4, sealed = $5 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        webhook.0,
        renewed.key_id,
        renewed.wrapped,
        renewed.sealed,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
