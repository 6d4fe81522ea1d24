use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::cards;
use crate::{Result, Scope, Tx, calendar::Calendar, requests::Card};

/// No clock with more working time left than this is at risk; see `calendar::Cycle`.
const RISK: TimeDelta = TimeDelta::hours(6);

/// The requests whose clock has run out or is about to, the latest first, within a transaction.
pub(crate) async fn at_risk_in(tx: &mut Tx, scope: &Scope, most: i64) -> Result<Vec<Card>> {
    let calendar = cards::calendar_in(tx, scope).await?;
    let until = horizon(&calendar, tx.now());
    let ids: Vec<Uuid> = sqlx::query_scalar!(
        "SELECT id FROM request
         WHERE workspace_id = $1 AND due_at IS NOT NULL AND due_at <= $2 AND withdrawn_at IS NULL
         ORDER BY due_at, id LIMIT $3",
        scope.workspace.0,
        until,
        most,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut cards = cards::load(tx, scope, &calendar, &ids).await?;
    cards.retain(|card| card.cycle.at_risk || card.cycle.overdue);
    Ok(cards)
}

/// Until when a clock that is at risk now is due: over a weekend that is days away. A calendar that is never open has
/// no clock that runs.
fn horizon(calendar: &Calendar, now: DateTime<Utc>) -> DateTime<Utc> {
    calendar.due(now, RISK).unwrap_or(now)
}
