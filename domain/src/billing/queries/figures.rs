use crate::{
    Db, Error, Result, Scope,
    billing::operators_only,
    money::{Currency, Money},
};

/// What stands open in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Subscriptions that are worked under.
    pub active: i64,
    pub paused: i64,
    /// Sold, and not paid yet.
    pub awaiting_payment: i64,
    /// Issued and not paid, overdue ones among them; a sum for each currency.
    pub open: i64,
    pub open_sums: Vec<Money>,
    pub overdue: i64,
}

/// How many subscriptions and unpaid invoices there are.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn figures(db: &Db, scope: &Scope) -> Result<Figures> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let held = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE state = 'active') AS "active!", count(*) FILTER (WHERE state = 'paused') AS "paused!",
                  count(*) FILTER (WHERE state = 'awaiting_payment') AS "awaiting!"
           FROM subscription WHERE workspace_id = $1 AND state <> 'ended'"#,
        scope.workspace.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let open = sqlx::query!(
        r#"SELECT currency, count(*) AS "count!", count(*) FILTER (WHERE due_at < $2) AS "overdue!",
                  within_bigint(sum(total_minor)) AS "minor!"
           FROM invoice WHERE workspace_id = $1 AND state = 'issued' GROUP BY currency ORDER BY currency"#,
        scope.workspace.0,
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let sums: Result<Vec<Money>> = open
        .iter()
        .map(|row| {
            let currency: Currency = row
                .currency
                .parse()
                .map_err(|_| Error::Broken(format!("the unknown currency {}", row.currency)))?;
            Ok(Money::new(row.minor, currency))
        })
        .collect();
    Ok(Figures {
        active: held.active,
        paused: held.paused,
        awaiting_payment: held.awaiting,
        open: open.iter().map(|row| row.count).sum(),
        open_sums: sums?,
        overdue: open.iter().map(|row| row.overdue).sum(),
    })
}
