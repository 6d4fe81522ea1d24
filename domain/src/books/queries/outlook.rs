use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use sqlx::types::Json;

use crate::{
    Db, Error, Result, Scope, Tx,
    billing::{NextOffer, period_end, read_currency, zone_in},
    books::{Expected, Leaving, Month, Outlook},
    ids::ClientId,
    money::{Currency, Money},
    offers::Interval,
    scope::operators_only,
    words,
};

/// Nothing asked for in that many days is a sign.
const QUIET_DAYS: i64 = 21;
/// A card that expires within these is one.
const CARD_DAYS: i64 = 45;
/// The time that is compared with all before.
const LATELY_DAYS: i64 = 30;

/// What comes in next month, and who may be about to leave.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn outlook(db: &Db, scope: &Scope) -> Result<Outlook> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let zone = zone_in(&mut tx, scope).await?;
    let month = Month::of(tx.now(), zone).next();
    let expected = expected_in(&mut tx, scope, month, zone).await?;
    let leaving = leaving_in(&mut tx, scope, zone).await?;
    tx.commit().await?;
    let mut sums = Vec::new();
    for currency in Currency::ALL {
        let of: Vec<Money> =
            expected.iter().map(|one| one.amount).filter(|amount| amount.currency == *currency).collect();
        if !of.is_empty() {
            sums.push(Money::sum(*currency, of).map_err(|error| Error::Broken(error.to_string()))?);
        }
    }
    Ok(Outlook { month, expected, sums, leaving })
}

async fn expected_in(tx: &mut Tx, scope: &Scope, month: Month, zone: Tz) -> Result<Vec<Expected>> {
    let (from, to) = (month.begin(zone), month.next().begin(zone));
    let rows = sqlx::query!(
        r#"SELECT s.client_id, c.name, s.price_minor, s.currency, s.billing_interval AS "interval: Interval", s.anchor_day,
                  s.period_end AS "period_end!", s.next_offer AS "next: Json<NextOffer>"
           FROM subscription s JOIN client c ON c.workspace_id = s.workspace_id AND c.id = s.client_id
           WHERE s.workspace_id = $1 AND s.state = 'active' AND NOT s.ends_with_period AND s.period_end < $2
           ORDER BY s.period_end, s.id"#,
        scope.workspace.0,
        to,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut all = Vec::new();
    for row in rows {
        let (price, interval) = match &row.next {
            Some(next) => (next.terms.price, next.terms.interval),
            None => (Money::new(row.price_minor, read_currency(&row.currency)?), row.interval),
        };
        let anchor = u32::from(row.anchor_day.unsigned_abs());
        let mut at = row.period_end;
        while at < from {
            at = period_end(at, anchor, interval, zone);
        }
        if at < to && price.minor > 0 {
            let (client, client_name) = (ClientId(row.client_id), row.name);
            all.push(Expected { client, client_name, at, amount: price });
        }
    }
    all.sort_by_key(|one| one.at);
    Ok(all)
}

async fn leaving_in(tx: &mut Tx, scope: &Scope, zone: Tz) -> Result<Vec<Leaving>> {
    let now = tx.now();
    let lately = now - TimeDelta::days(LATELY_DAYS);
    let rows = sqlx::query!(
        r#"SELECT c.id, c.name, s.started_at AS "started_at!", s.ends_with_period, k.exp_month AS "exp_month?", k.exp_year AS "exp_year?",
                  (SELECT max(r.created_at) FROM request r WHERE r.workspace_id = $1 AND r.client_id = c.id) AS asked_at,
                  (SELECT avg(r.revisions_used)::float8 FROM request r
                   WHERE r.workspace_id = $1 AND r.client_id = c.id AND r.created_at >= $2) AS lately,
                  (SELECT avg(r.revisions_used)::float8 FROM request r
                   WHERE r.workspace_id = $1 AND r.client_id = c.id AND r.created_at < $2) AS before
           FROM subscription s
           JOIN client c ON c.workspace_id = s.workspace_id AND c.id = s.client_id
           LEFT JOIN payment_card k ON k.workspace_id = s.workspace_id AND k.client_id = s.client_id AND k.removed_at IS NULL
           WHERE s.workspace_id = $1 AND s.state = 'active' AND s.started_at IS NOT NULL
           ORDER BY lower(c.name), c.id"#,
        scope.workspace.0,
        lately,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut all = Vec::new();
    for row in rows {
        let mut reasons = Vec::new();
        if row.ends_with_period {
            reasons.push("Ends with this period".to_owned());
        }
        if let Some(last) =
            row.exp_year.zip(row.exp_month).and_then(|(year, month)| card_ends(year, month, zone))
        {
            if last <= now {
                reasons.push("The card on file has expired".to_owned());
            } else if last <= now + TimeDelta::days(CARD_DAYS) {
                reasons.push("The card on file expires soon".to_owned());
            }
        }
        let quiet = (now - row.asked_at.map_or(row.started_at, |asked| asked.max(row.started_at))).num_days();
        if quiet >= QUIET_DAYS {
            reasons.push(format!("Nothing asked for in {}", words::count(quiet, "day")));
        }
        if let (Some(lately), Some(before)) = (row.lately, row.before)
            && lately >= 1.0
            && lately >= before * 1.5
        {
            reasons.push(format!("{lately:.1} revisions a request lately, usually {before:.1}"));
        }
        if !reasons.is_empty() {
            all.push(Leaving { client: ClientId(row.id), client_name: row.name, reasons });
        }
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.reasons.len()));
    Ok(all)
}

/// The first instant at which a card is not valid any more: that after its month.
fn card_ends(year: i16, month: i16, zone: Tz) -> Option<DateTime<Utc>> {
    let first = NaiveDate::from_ymd_opt(i32::from(year), u32::try_from(month).ok()?, 1)?;
    Some(Month(first.checked_add_months(Months::new(1))?).begin(zone))
}
