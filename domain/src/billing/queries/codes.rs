use crate::billing::read_currency;
use crate::{
    Db, Result, Scope,
    billing::{DiscountCode, model::reduction, operators_only},
    ids::DiscountCodeId,
};

/// How many codes are listed.
const MOST: i64 = 200;

/// The workspace's codes, newest first, those that ended last.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator.
pub async fn list_codes(db: &Db, scope: &Scope) -> Result<Vec<DiscountCode>> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        "SELECT id, code, percent, amount_minor, currency, periods, ends_at, most_uses, uses, created_at, ended_at
         FROM discount_code WHERE workspace_id = $1 ORDER BY (ended_at IS NOT NULL), created_at DESC, id DESC LIMIT $2",
        scope.workspace.0,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    rows.into_iter()
        .map(|row| {
            Ok(DiscountCode {
                id: DiscountCodeId(row.id),
                reduction: reduction(row.percent, row.amount_minor, read_currency(&row.currency)?),
                code: row.code,
                periods: row.periods.map(|periods| periods.unsigned_abs().into()),
                ends_at: row.ends_at,
                most_uses: row.most_uses.map(i32::unsigned_abs),
                uses: row.uses.unsigned_abs(),
                created_at: row.created_at,
                ended_at: row.ended_at,
            })
        })
        .collect()
}
