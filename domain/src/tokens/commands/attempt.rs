use super::PREFIX;
use crate::{Db, Result, db::one_row, ids::TokenId, runs::ClaimedRun, secret, tokens::Right};

/// What such a token is called where tokens have names.
const NAME: &str = "run";

/// Makes a token for the program that works for an attempt: it is good for this run alone, and only while the attempt
/// holds it. The attempt writes the text nowhere: it is a secret that it knows.
pub async fn create_for_attempt(db: &Db, claimed: &ClaimedRun) -> Result<(TokenId, String)> {
    let text = format!("{PREFIX}{}", secret::random_token());
    claimed.hide(&text);
    let (id, scope) = (TokenId::new(), &claimed.scope);
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO token (id, workspace_id, client_id, request_id, run_id, attempt, agent_id, name, hash, rights,
                            created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ARRAY[$10::text], $11)",
        id.0,
        scope.workspace.0,
        claimed.client.0,
        claimed.request.0,
        claimed.run.0,
        claimed.attempt.cast_signed(),
        claimed.agent.0,
        NAME,
        secret::hash(&text),
        Right::Work.as_str(),
        now,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok((id, text))
}

/// Takes it back, once the program has ended. Where nobody does, it ends with the attempt's hold on the run.
pub async fn revoke_for_attempt(db: &Db, claimed: &ClaimedRun, token: TokenId) -> Result<()> {
    let mut tx = db.begin(&claimed.scope).await?;
    let now = tx.now();
    let done = sqlx::query!(
        "UPDATE token SET revoked_at = coalesce(revoked_at, $4) WHERE workspace_id = $1 AND run_id = $2 AND id = $3",
        claimed.scope.workspace.0,
        claimed.run.0,
        token.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    tx.commit().await
}
