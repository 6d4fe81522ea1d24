use crate::{Db, Result, Scope, clients::ClientName, ids::ClientId, scope::operators_only};

/// Clients whose name holds `words`, by name; at most `most`. Without words: the first ones.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator.
pub async fn search(db: &Db, scope: &Scope, words: &str, most: u32) -> Result<Vec<ClientName>> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        "SELECT id, name FROM client
         WHERE workspace_id = $1 AND archived_at IS NULL AND position(search_fold($2) IN name_folded) > 0
         ORDER BY lower(name), id LIMIT $3",
        scope.workspace.0,
        words.trim().replace('\0', ""),
        i64::from(most),
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows.into_iter().map(|row| ClientName { id: ClientId(row.id), name: row.name }).collect())
}

/// How many clients have not left.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator.
pub async fn count(db: &Db, scope: &Scope) -> Result<u64> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM client WHERE workspace_id = $1 AND archived_at IS NULL"#,
        scope.workspace.0,
    )
    .fetch_one(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(count.cast_unsigned())
}
