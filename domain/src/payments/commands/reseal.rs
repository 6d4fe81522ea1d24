use super::provider::whose;
use crate::{
    Result, Scope, Tx,
    sealed::{Keyring, SealedSecret},
};

/// Seals the workspace's account under the current master key: how many, and how many no key here opens.
pub(crate) async fn reseal_in(tx: &mut Tx, scope: &Scope, ring: &Keyring) -> Result<(u64, u64)> {
    let rows = sqlx::query!(
        "SELECT key_id, wrapped, sealed FROM payment_account WHERE workspace_id = $1 AND key_id <> $2 FOR UPDATE",
        scope.workspace.0,
        ring.name(),
    )
    .fetch_all(tx.conn())
    .await?;
    let secrets = rows.into_iter().map(|row| {
        let sealed = SealedSecret { key_id: row.key_id, wrapped: row.wrapped, sealed: row.sealed };
        (scope.workspace, sealed)
    });
    let (renewed, unopened) = ring.renew_all(whose, secrets);
    let mut done = 0;
    for (workspace, secret) in &renewed {
        let resealed = sqlx::query!(
            "UPDATE payment_account SET key_id = $2, wrapped = $3, sealed = $4 WHERE workspace_id = $1",
            workspace.0,
            secret.key_id,
            secret.wrapped,
            secret.sealed,
        )
        .execute(tx.conn())
        .await?;
        done += resealed.rows_affected();
    }
    Ok((done, unopened))
}
