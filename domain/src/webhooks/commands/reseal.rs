use super::whose;
use crate::{
    Result, Scope, Tx,
    ids::WebhookId,
    sealed::{Keyring, SealedSecret},
};

/// Seals the workspace's secrets under the current master key: how many, and how many no key here opens.
pub(crate) async fn reseal_in(tx: &mut Tx, scope: &Scope, ring: &Keyring) -> Result<(u64, u64)> {
    let (mut done, mut unopened) = (0, 0);
    let rows = sqlx::query!(
        "SELECT id, key_id, wrapped, sealed FROM webhook WHERE workspace_id = $1 AND key_id <> $2 AND removed_at IS NULL
         ORDER BY id FOR UPDATE",
        scope.workspace.0,
        ring.name(),
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let sealed = SealedSecret { key_id: row.key_id, wrapped: row.wrapped, sealed: row.sealed };
        match ring.renewed(&whose(scope, WebhookId(row.id)), &sealed) {
            Ok(Some(renewed)) => done += reseal_one(tx, scope, row.id, &renewed).await?,
            Ok(None) => {}
            Err(_) => unopened += 1,
        }
    }
    Ok((done, unopened))
}

async fn reseal_one(tx: &mut Tx, scope: &Scope, webhook: uuid::Uuid, renewed: &SealedSecret) -> Result<u64> {
    let done = sqlx::query!(
        "UPDATE webhook SET key_id = $3, wrapped = $4, sealed = $5 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        webhook,
        renewed.key_id,
        renewed.wrapped,
        renewed.sealed,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
