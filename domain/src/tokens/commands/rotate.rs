use super::PREFIX;
use crate::{
    Db, Result, Scope, SystemRole, Tx,
    audit::{self, ActedThrough, NewEntry},
    ids::{ClientId, WorkspaceId},
    sealed::Secret,
    secret, workspaces,
};

/// A token under its new text, which is shown this once.
#[derive(Clone, Debug)]
pub struct RotatedToken {
    pub workspace: WorkspaceId,
    /// The workspace's name.
    pub place: String,
    /// The token's name.
    pub name: String,
    pub text: Secret,
}

/// Gives every token of every workspace a new text, in one transaction, and takes back those of attempts that are under
/// way: whoever has an old one is refused from now on. Each workspace's audit tells of it.
///
/// Answers the new ones, and how many attempts lost theirs.
pub async fn rotate(db: &Db) -> Result<(Vec<RotatedToken>, u64)> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let (mut all, mut attempts) = (Vec::new(), 0);
    for workspace in workspaces::queries::ids_in(&mut tx).await? {
        let scope = Scope::system(workspace);
        tx.enter(&scope).await?;
        all.extend(rotate_in(&mut tx, &scope).await?);
        attempts += revoke_attempts_in(&mut tx, &scope).await?;
    }
    tx.commit().await?;
    Ok((all, attempts))
}

async fn rotate_in(tx: &mut Tx, scope: &Scope) -> Result<Vec<RotatedToken>> {
    let rows = sqlx::query!(
        "SELECT t.id, t.client_id, t.name, w.name AS place FROM token t JOIN workspace w ON w.id = t.workspace_id
         WHERE t.workspace_id = $1 AND t.revoked_at IS NULL AND t.run_id IS NULL ORDER BY t.name, t.id FOR UPDATE OF t",
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut rotated = Vec::with_capacity(rows.len());
    for row in rows {
        let text = format!("{PREFIX}{}", secret::random_token());
        sqlx::query!(
            "UPDATE token SET hash = $3, used_at = NULL WHERE workspace_id = $1 AND id = $2",
            scope.workspace.0,
            row.id,
            secret::hash(&text),
        )
        .execute(tx.conn())
        .await?;
        let entry = NewEntry {
            client: row.client_id.map(ClientId),
            ..NewEntry::done("rotate_token", row.name.clone())
        };
        audit::commands::write_in(tx, scope, &ActedThrough::default(), &entry).await?;
        rotated.push(RotatedToken {
            workspace: scope.workspace,
            place: row.place,
            name: row.name,
            text: Secret::new(text),
        });
    }
    Ok(rotated)
}

async fn revoke_attempts_in(tx: &mut Tx, scope: &Scope) -> Result<u64> {
    let now = tx.now();
    let done = sqlx::query!(
        "UPDATE token SET revoked_at = $2 WHERE workspace_id = $1 AND run_id IS NOT NULL AND revoked_at IS NULL",
        scope.workspace.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
