use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Db, Error, Result, Scope,
    billing::{
        queries::{a_month, moments},
        read_currency, zone_in,
    },
    books::MonthMovement,
    money::{Currency, Money},
    offers::Interval,
    scope::operators_only,
};

/// How the recurring revenue that is paid for moved in each of the last eleven months, oldest first, in the workspace's
/// currency. A client who comes back is new.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn movement(db: &Db, scope: &Scope) -> Result<Vec<MonthMovement>> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let zone = zone_in(&mut tx, scope).await?;
    let own = sqlx::query_scalar!("SELECT currency FROM workspace WHERE id = $1", scope.workspace.0)
        .fetch_one(tx.conn())
        .await?;
    let moments = moments(now, zone);
    let instants: Vec<DateTime<Utc>> = moments.iter().map(|(_, at)| *at).collect();
    // Counts as `billing::queries::recurring` does, by client.
    let rows = sqlx::query!(
        r#"SELECT m.place AS "place!", s.client_id, s.billing_interval AS "interval: Interval", within_bigint(sum(s.price_minor)) AS "minor!"
           FROM unnest($2::timestamptz[]) WITH ORDINALITY AS m (at, place)
           JOIN subscription s ON s.workspace_id = $1 AND s.started_at <= m.at AND (s.ended_at IS NULL OR s.ended_at > m.at)
           WHERE s.currency = $3 AND NOT EXISTS (
               SELECT FROM subscription_pause p
               WHERE p.workspace_id = s.workspace_id AND p.client_id = s.client_id AND p.subscription_id = s.id
                 AND p.from_at <= m.at AND (p.to_at IS NULL OR p.to_at > m.at))
             AND coalesce((
               SELECT i.state = 'paid' AND NOT EXISTS (SELECT FROM credit_note n WHERE n.invoice_id = i.id) FROM invoice i
               WHERE i.workspace_id = s.workspace_id AND i.subscription_id = s.id AND i.state <> 'void' AND i.created_at <= m.at
               ORDER BY i.created_at DESC, i.id DESC LIMIT 1), false)
           GROUP BY m.place, s.client_id, s.billing_interval"#,
        scope.workspace.0,
        &instants,
        own,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let mut months: Vec<BTreeMap<Uuid, i64>> = vec![BTreeMap::new(); moments.len()];
    for row in rows {
        let place = usize::try_from(row.place - 1).unwrap_or_default();
        let amount = a_month(row.minor, &own, row.interval)?.minor;
        if let Some(month) = months.get_mut(place) {
            *month.entry(row.client_id).or_default() += amount;
        }
    }
    let own = read_currency(&own)?;
    let firsts = moments.iter().skip(1).map(|(first, _)| *first);
    firsts.zip(months.windows(2)).map(|(first, pair)| moved(first, &pair[0], &pair[1], own)).collect()
}

fn moved(
    first: chrono::NaiveDate,
    before: &BTreeMap<Uuid, i64>,
    after: &BTreeMap<Uuid, i64>,
    own: Currency,
) -> Result<MonthMovement> {
    let (mut new, mut grown, mut shrunk, mut lost, mut all) = (0_i64, 0_i64, 0_i64, 0_i64, 0_i64);
    let plus = |sum: &mut i64, more: i64| {
        *sum = sum
            .checked_add(more)
            .ok_or_else(|| Error::Broken("recurring revenue is too large".to_owned()))?;
        Ok::<(), Error>(())
    };
    for (client, now) in after {
        plus(&mut all, *now)?;
        match before.get(client).copied().unwrap_or_default() {
            0 => plus(&mut new, *now)?,
            was if was < *now => plus(&mut grown, now - was)?,
            was => plus(&mut shrunk, was - now)?,
        }
    }
    for (client, was) in before {
        if after.get(client).copied().unwrap_or_default() == 0 {
            plus(&mut lost, *was)?;
        }
    }
    let money = |minor: i64| Money::new(minor, own);
    Ok(MonthMovement {
        first,
        new: money(new),
        grown: money(grown),
        shrunk: money(shrunk),
        lost: money(lost),
        amount: money(all),
    })
}
