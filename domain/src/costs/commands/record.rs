use crate::{Db, Error, Result, bounds, costs::UsageReport, runs::ClaimedRun};

/// The longest key and model name, in characters.
const LONGEST: usize = 200;

/// Keeps what a run has used, and what that costs: as the backend says, else by the table of prices. It counts also where
/// the run has been lost meanwhile: it was used. Brought within [`bounds`], wherever it comes from.
///
/// # Errors
/// [`Error::Broken`] for a report without a key.
pub async fn record(db: &Db, claimed: &ClaimedRun, usage: &UsageReport) -> Result<()> {
    let cut = |text: &str| text.replace('\0', "").chars().take(LONGEST).collect::<String>();
    let key = cut(&usage.key);
    if key.is_empty() {
        return Err(Error::Broken("a report of costs needs a key".into()));
    }
    let count = |tokens: u64| bounds::column(tokens, bounds::TOKENS);
    let mut tx = db.begin(&claimed.scope).await?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO spend (workspace_id, client_id, request_id, run_id, agent_id, key, model, input_tokens,
                            cached_tokens, output_tokens, micros, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11, (
             SELECT least(cost_of($8, $9, $10, p.input_micros, p.cached_micros, p.output_micros), 1000000000000)
             FROM model_price p WHERE p.workspace_id = $1 AND p.model = $7)), $12)
         ON CONFLICT (run_id, key) DO UPDATE SET model = excluded.model, input_tokens = excluded.input_tokens,
             cached_tokens = excluded.cached_tokens, output_tokens = excluded.output_tokens, micros = excluded.micros,
             at = excluded.at",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.request.0,
        claimed.run.0,
        claimed.agent.0,
        key,
        cut(&usage.model),
        count(usage.input_tokens),
        count(usage.cached_tokens.min(usage.input_tokens)),
        count(usage.output_tokens),
        usage.micros.map(|micros| bounds::column(micros, bounds::MICROS)),
        now,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await
}
