use crate::billing::read_currency;
use crate::{
    Db, Result, Scope,
    billing::{Balance, BalanceEntry, BalanceReason, may_bill},
    ids::ClientId,
    money::Money,
};

/// How many entries are shown.
const MOST: i64 = 100;

/// What a client has on its balance, with its latest entries.
///
/// # Errors
/// [`crate::Error::NotFound`] for those who may not see bills.
pub async fn balance(db: &Db, scope: &Scope, client: ClientId) -> Result<Balance> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let sums = sqlx::query!(
        r#"SELECT currency, within_bigint(sum(amount_minor)) AS "minor!" FROM balance_entry
           WHERE workspace_id = $1 AND client_id = $2 GROUP BY currency HAVING sum(amount_minor) <> 0 ORDER BY currency"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = sqlx::query!(
        r#"SELECT b.amount_minor, b.currency, b.reason AS "reason: BalanceReason", b.note, b.made_at, i.number AS "number?"
           FROM balance_entry b LEFT JOIN invoice i ON i.id = b.invoice_id
           WHERE b.workspace_id = $1 AND b.client_id = $2 ORDER BY b.made_at DESC, b.id DESC LIMIT $3"#,
        scope.workspace.0,
        client.0,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let sums: Result<Vec<Money>> =
        sums.iter().map(|sum| Ok(Money::new(sum.minor, read_currency(&sum.currency)?))).collect();
    let entries: Result<Vec<BalanceEntry>> = rows
        .into_iter()
        .map(|row| {
            Ok(BalanceEntry {
                amount: Money::new(row.amount_minor, read_currency(&row.currency)?),
                reason: row.reason,
                invoice: row.number.map(i64::cast_unsigned),
                note: row.note,
                made_at: row.made_at,
            })
        })
        .collect();
    Ok(Balance { sums: sums?, entries: entries? })
}
