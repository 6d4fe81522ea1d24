use super::{Right, Token};
use crate::{
    Db, Result, Scope,
    ids::{AgentId, ClientId, TokenId},
    requests::commands::operator,
};

/// The most tokens that one call answers.
const MOST: i64 = 200;

/// The workspace's tokens that people made, those that work first, the newest first.
///
/// # Errors
/// [`crate::Error::NotFound`] for everyone but operators.
pub async fn list(db: &Db, scope: &Scope) -> Result<Vec<Token>> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        r#"SELECT t.id, t.name, t.rights AS "rights: Vec<Right>", t.created_at, t.used_at, t.revoked_at, t.agent_id, t.client_id,
                  a.name AS "agent_name?", c.name AS "client_name?", p.name AS "made_by?"
           FROM token t
           LEFT JOIN agent a ON a.workspace_id = t.workspace_id AND a.id = t.agent_id
           LEFT JOIN client c ON c.workspace_id = t.workspace_id AND c.id = t.client_id
           LEFT JOIN person p ON p.id = t.made_by
           WHERE t.workspace_id = $1 AND t.run_id IS NULL
           ORDER BY (t.revoked_at IS NOT NULL), t.created_at DESC, t.id LIMIT $2"#,
        scope.workspace.0,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let tokens = rows.into_iter().map(|row| Token {
        id: TokenId(row.id),
        name: row.name,
        rights: row.rights,
        agent: row.agent_id.map(|id| (AgentId(id), row.agent_name.unwrap_or_default())),
        client: row.client_id.map(|id| (ClientId(id), row.client_name.unwrap_or_default())),
        made_by: row.made_by.unwrap_or_default(),
        created_at: row.created_at.timestamp_millis(),
        used_at: row.used_at.map(|at| at.timestamp_millis()),
        revoked_at: row.revoked_at.map(|at| at.timestamp_millis()),
    });
    Ok(tokens.collect())
}
