use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::lines::{agents, clients, models};
use crate::{
    Db, Error, Result, Scope, Tx,
    billing::{instant, queries::a_month, read_currency, zone_in},
    bounds,
    costs::{CostReport, Micros, MonthCost, RunCost},
    ids::{RequestId, RunId},
    money::{Currency, Money},
    offers::Interval,
    requests::commands::operator,
    session::RunState,
};

/// How many months the chart goes back.
const MONTHS: u32 = 12;

/// A month's report; without a month, or with one beyond the chart, the present one's.
///
/// # Errors
/// [`Error::NotFound`] for anyone but operators.
pub async fn report(db: &Db, scope: &Scope, month: Option<NaiveDate>) -> Result<CostReport> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let (now, zone) = (tx.now(), zone_in(&mut tx, scope).await?);
    let firsts = firsts(now, zone);
    let present = firsts.last().copied().unwrap_or_default();
    let month = month.filter(|month| firsts.contains(month)).unwrap_or(present);
    let (from, to) = (start(month, zone), start(next(month), zone));
    let months = months(&mut tx, scope, &firsts, zone).await?;
    let (own, rate) = money_of(&mut tx, scope).await?;
    let pays = pays(&mut tx, scope, to.min(now)).await?;
    let mut clients = clients(&mut tx, scope, from, to).await?;
    let agents = agents(&mut tx, scope, from, to).await?;
    let models = models(&mut tx, scope, from, to).await?;
    tx.commit().await?;
    for line in &mut clients {
        line.pays = pays.get(&line.id.0).copied();
        line.margin = line.pays.and_then(|pays| left(pays, line.cost, own, rate));
    }
    clients.retain(|line| line.cost.0 > 0 || line.tokens > 0 || line.pays.is_some() || line.limit.is_some());
    let cost = Micros(bounds::sum(agents.iter().map(|line| line.cost.0)));
    let total = Money::sum(own, pays.into_values().filter(|money| money.currency == own))
        .map_err(|error| Error::Broken(format!("what clients pay: {error}")))?;
    Ok(CostReport {
        month,
        months,
        cost,
        pays: total,
        margin: left(total, cost, own, rate),
        clients,
        agents,
        models,
    })
}

/// What the runs of a request cost, oldest first; those that reported nothing are not among them.
///
/// # Errors
/// [`Error::NotFound`] for anyone but operators.
pub async fn of_request(db: &Db, scope: &Scope, request: RequestId) -> Result<Vec<RunCost>> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        r#"SELECT r.id, a.name, r.state AS "state: RunState", r.queued_at, coalesce(within_bigint(sum(s.micros)), 0) AS "cost!",
                  within_bigint(sum(s.input_tokens)) AS "input!", within_bigint(sum(s.output_tokens)) AS "output!",
                  count(*) FILTER (WHERE s.micros IS NULL) AS "unpriced!"
           FROM spend s JOIN run r ON r.id = s.run_id
           JOIN agent a ON a.workspace_id = s.workspace_id AND a.id = s.agent_id
           WHERE s.workspace_id = $1 AND s.request_id = $2
           GROUP BY r.id, a.name ORDER BY r.queued_at, r.id"#,
        scope.workspace.0,
        request.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| RunCost {
            run: RunId(row.id),
            agent: row.name,
            state: row.state,
            queued_at: row.queued_at.timestamp_millis(),
            cost: Micros(row.cost),
            input_tokens: row.input,
            output_tokens: row.output,
            unpriced: row.unpriced,
        })
        .collect())
}

fn firsts(now: DateTime<Utc>, zone: Tz) -> Vec<NaiveDate> {
    let today = now.with_timezone(&zone).date_naive();
    let this = today.with_day(1).unwrap_or(today);
    (0..MONTHS).rev().filter_map(|back| this.checked_sub_months(Months::new(back))).collect()
}

fn next(first: NaiveDate) -> NaiveDate {
    first.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX)
}

fn start(first: NaiveDate, zone: Tz) -> DateTime<Utc> {
    instant(first.and_time(NaiveTime::MIN), zone)
}

async fn months(tx: &mut Tx, scope: &Scope, firsts: &[NaiveDate], zone: Tz) -> Result<Vec<MonthCost>> {
    let from: Vec<DateTime<Utc>> = firsts.iter().map(|first| start(*first, zone)).collect();
    let to: Vec<DateTime<Utc>> = firsts.iter().map(|first| start(next(*first), zone)).collect();
    let sums = sqlx::query_scalar!(
        r#"SELECT coalesce(within_bigint(sum(s.micros)), 0) AS "micros!"
           FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS m (since, until, place)
           LEFT JOIN spend s ON s.workspace_id = $1 AND s.at >= m.since AND s.at < m.until
           GROUP BY m.place ORDER BY m.place"#,
        scope.workspace.0,
        &from,
        &to,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(firsts.iter().zip(sums).map(|(first, sum)| MonthCost { first: *first, cost: Micros(sum) }).collect())
}

/// The workspace's currency, and what a dollar is in it, in millionths.
async fn money_of(tx: &mut Tx, scope: &Scope) -> Result<(Currency, Option<i64>)> {
    let row = sqlx::query!(
        r#"SELECT w.currency, r.micros AS "micros?" FROM workspace w
           LEFT JOIN dollar_rate r ON r.workspace_id = w.id AND r.currency = w.currency WHERE w.id = $1"#,
        scope.workspace.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let own = read_currency(&row.currency)?;
    Ok((own, if own == Currency::USD { Some(1_000_000) } else { row.micros }))
}

/// What each client pays for a month by what it holds at that instant.
async fn pays(tx: &mut Tx, scope: &Scope, at: DateTime<Utc>) -> Result<BTreeMap<Uuid, Money>> {
    let rows = sqlx::query!(
        r#"SELECT s.client_id, s.currency, s.billing_interval AS "interval: Interval", s.price_minor FROM subscription s
         WHERE s.workspace_id = $1 AND s.started_at <= $2 AND (s.ended_at IS NULL OR s.ended_at > $2)
           AND NOT EXISTS (
               SELECT FROM subscription_pause p
               WHERE p.workspace_id = s.workspace_id AND p.client_id = s.client_id AND p.subscription_id = s.id
                 AND p.from_at <= $2 AND (p.to_at IS NULL OR p.to_at > $2))"#,
        scope.workspace.0,
        at,
    )
    .fetch_all(tx.conn())
    .await?;
    let pays = rows
        .into_iter()
        .map(|row| Ok((row.client_id, a_month(row.price_minor, &row.currency, row.interval)?)));
    pays.collect()
}

/// What a client pays less what its work costs; none in a currency of which it is not known what a dollar is.
fn left(pays: Money, cost: Micros, own: Currency, rate: Option<i64>) -> Option<Money> {
    let rate =
        if pays.currency == Currency::USD { 1_000_000 } else { rate.filter(|_| pays.currency == own)? };
    let unit = 10_i128.pow(pays.currency.exponent());
    let minor = i128::from(cost.0) * i128::from(rate) * unit / 1_000_000 / 1_000_000;
    let cost = Money::new(i64::try_from(minor).ok()?, pays.currency);
    pays.minus(cost).ok()
}
