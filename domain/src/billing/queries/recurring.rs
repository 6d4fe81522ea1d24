use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use super::unsettled::{UnsettledSubscription, unsettled_in};
use crate::{
    Db, Error, Result, Scope,
    billing::{commands::zone_in, operators_only, period, read_currency},
    money::{Currency, Money},
    offers::Interval,
};

/// Monthly recurring revenue at the end of a month; of the present one, as of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthRevenue {
    /// The first day of the month.
    pub first: NaiveDate,
    pub amount: Money,
}

/// What the subscriptions that are paid for bring in a month, a quarter's or a year's price spread over its months. One
/// counts while its latest invoice is paid and it is not paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurring {
    /// Twelve months in the workspace's currency, oldest first, the present one last.
    pub months: Vec<MonthRevenue>,
    /// What comes in now in other currencies.
    pub others: Vec<Money>,
    /// What is not paid for, paused, or about to end, by name.
    pub beside: Vec<UnsettledSubscription>,
}

impl Recurring {
    /// As of now.
    pub fn now(&self) -> Option<Money> {
        self.months.last().map(|month| month.amount)
    }
}

/// Monthly recurring revenue, now and at the end of each of the eleven months before.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn recurring(db: &Db, scope: &Scope) -> Result<Recurring> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let zone = zone_in(&mut tx, scope).await?;
    let own = sqlx::query_scalar!("SELECT currency FROM workspace WHERE id = $1", scope.workspace.0)
        .fetch_one(tx.conn())
        .await?;
    let moments = moments(now, zone);
    let instants: Vec<DateTime<Utc>> = moments.iter().map(|(_, at)| *at).collect();
    let sums = sqlx::query!(
        r#"SELECT m.place AS "place!", s.currency, s.billing_interval AS "interval: Interval", within_bigint(sum(s.price_minor)) AS "minor!"
           FROM unnest($2::timestamptz[]) WITH ORDINALITY AS m (at, place)
           JOIN subscription s ON s.workspace_id = $1 AND s.started_at <= m.at AND (s.ended_at IS NULL OR s.ended_at > m.at)
           WHERE NOT EXISTS (
               SELECT FROM subscription_pause p
               WHERE p.workspace_id = s.workspace_id AND p.client_id = s.client_id AND p.subscription_id = s.id
                 AND p.from_at <= m.at AND (p.to_at IS NULL OR p.to_at > m.at))
             AND (s.price_minor = 0 OR coalesce((
               SELECT i.state = 'paid' AND NOT EXISTS (SELECT FROM credit_note n WHERE n.invoice_id = i.id) FROM invoice i
               WHERE i.workspace_id = s.workspace_id AND i.subscription_id = s.id AND i.state <> 'void' AND i.created_at <= m.at
               ORDER BY i.created_at DESC, i.id DESC LIMIT 1), false))
           GROUP BY m.place, s.currency, s.billing_interval"#,
        scope.workspace.0,
        &instants,
    )
    .fetch_all(tx.conn())
    .await?;
    let beside = unsettled_in(&mut tx, scope).await?;
    tx.commit().await?;
    let mut all: Vec<(usize, Money)> = Vec::with_capacity(sums.len());
    for sum in sums {
        let place = usize::try_from(sum.place - 1).unwrap_or_default();
        all.push((place, a_month(sum.minor, &sum.currency, sum.interval)?));
    }
    Ok(Recurring { beside, ..gather(&moments, &all, read_currency(&own)?)? })
}

/// A month's share of a price.
pub(crate) fn a_month(minor: i64, code: &str, interval: Interval) -> Result<Money> {
    Money::new(minor, read_currency(code)?).share(1, interval.months()).map_err(too_large)
}

fn too_large(error: impl std::fmt::Display) -> Error {
    Error::Broken(format!("recurring revenue: {error}"))
}

/// Each of the last twelve months with the instant at which it is looked at: its end, or now.
pub(crate) fn moments(now: DateTime<Utc>, zone: Tz) -> Vec<(NaiveDate, DateTime<Utc>)> {
    let today = now.with_timezone(&zone).date_naive();
    let this = today.with_day(1).unwrap_or(today);
    (0..12_u32)
        .rev()
        .filter_map(|back| {
            let first = this.checked_sub_months(Months::new(back))?;
            let next = first.checked_add_months(Months::new(1))?;
            Some((first, if back == 0 { now } else { period::instant(next.and_time(NaiveTime::MIN), zone) }))
        })
        .collect()
}

fn gather(
    moments: &[(NaiveDate, DateTime<Utc>)],
    all: &[(usize, Money)],
    own: Currency,
) -> Result<Recurring> {
    let sum = |place: usize, currency: Currency| {
        let amounts = all
            .iter()
            .filter(|(at, money)| *at == place && money.currency == currency)
            .map(|(_, money)| *money);
        Money::sum(currency, amounts).map_err(too_large)
    };
    let months: Result<Vec<MonthRevenue>> = moments
        .iter()
        .enumerate()
        .map(|(place, (first, _))| Ok(MonthRevenue { first: *first, amount: sum(place, own)? }))
        .collect();
    let last = moments.len().saturating_sub(1);
    let held: Vec<Currency> =
        all.iter().filter(|(at, _)| *at == last).map(|(_, money)| money.currency).collect();
    let others: Result<Vec<Money>> = Currency::ALL
        .iter()
        .filter(|currency| **currency != own && held.contains(currency))
        .map(|currency| sum(last, *currency))
        .collect();
    Ok(Recurring { months: months?, others: others?, beside: Vec::new() })
}
