use crate::{
    Db, Result, Scope,
    costs::{Micros, Price, PriceTable},
    requests::commands::operator,
};

/// The workspace's prices.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but operators.
pub async fn prices(db: &Db, scope: &Scope) -> Result<PriceTable> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        "SELECT model, input_micros, cached_micros, output_micros FROM model_price WHERE workspace_id = $1 ORDER BY model",
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let missing = sqlx::query_scalar!(
        "SELECT model FROM spend WHERE workspace_id = $1 AND micros IS NULL GROUP BY model ORDER BY count(*) DESC, model LIMIT 20",
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let rate = sqlx::query_scalar!(
        "SELECT r.micros FROM dollar_rate r JOIN workspace w ON w.id = r.workspace_id AND w.currency = r.currency
         WHERE r.workspace_id = $1",
        scope.workspace.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    let prices = rows
        .into_iter()
        .map(|row| Price {
            model: row.model,
            input: Micros(row.input_micros),
            cached: Micros(row.cached_micros),
            output: Micros(row.output_micros),
        })
        .collect();
    Ok(PriceTable { prices, missing, rate })
}
