use chrono::TimeDelta;
use uuid::Uuid;

use super::cards;
use crate::{Result, Scope, Tx, requests::Card};

/// How far ahead the desk looks for clocks that run out.
const AHEAD: TimeDelta = TimeDelta::hours(12);
const MOST: i64 = 50;

/// The requests whose clock has run out or is about to, the latest first, within a transaction.
pub(crate) async fn at_risk_in(tx: &mut Tx, scope: &Scope) -> Result<Vec<Card>> {
    let until = tx.now() + AHEAD;
    let ids: Vec<Uuid> = sqlx::query_scalar!(
        "SELECT id FROM request
         WHERE workspace_id = $1 AND due_at IS NOT NULL AND due_at < $2 AND withdrawn_at IS NULL
         ORDER BY due_at, id LIMIT $3",
        scope.workspace.0,
        until,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    let calendar = cards::calendar_in(tx, scope).await?;
    let mut cards = cards::load(tx, scope, &calendar, &ids).await?;
    cards.retain(|card| card.cycle.at_risk || card.cycle.overdue);
    Ok(cards)
}
