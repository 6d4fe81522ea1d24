//! Cards that are about to expire.

use chrono::{DateTime, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::{
    Db, Result, Scope, SystemRole, Tx, format,
    ids::{ClientId, WorkspaceId},
    mail,
    payments::model::card_label,
};

/// How long before its end it is said.
const BEFORE: TimeDelta = TimeDelta::days(31);

/// Tells payers a month before that the card on file expires, each card once; how many cards. Only where a subscription will
/// want it.
///
/// # Errors
/// When the database is away.
pub async fn tell_of_expiring_cards(db: &Db) -> Result<u64> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let rows = sqlx::query!(
        "SELECT workspace_id, client_id, id, exp_month, exp_year FROM payment_card
         WHERE removed_at IS NULL AND expiry_told_at IS NULL ORDER BY exp_year, exp_month, id",
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let mut told = 0;
    for row in rows {
        let is_near = ends(row.exp_month, row.exp_year).is_some_and(|(_, end)| end - BEFORE <= now);
        if is_near {
            let scope = Scope::system(WorkspaceId(row.workspace_id));
            let mut tx = db.begin(&scope).await?;
            told += u64::from(tell_in(&mut tx, &scope, ClientId(row.client_id), row.id).await?);
            tx.commit().await?;
        }
    }
    Ok(told)
}

/// The last month of a card, and the instant at which it is over.
fn ends(month: i16, year: i16) -> Option<(NaiveDate, DateTime<Utc>)> {
    let first = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month.unsigned_abs()), 1)?;
    let after = first.checked_add_months(Months::new(1))?;
    Some((first, after.and_time(NaiveTime::MIN).and_utc()))
}

async fn tell_in(tx: &mut Tx, scope: &Scope, client: ClientId, card: uuid::Uuid) -> Result<bool> {
    let now = tx.now();
    let row = sqlx::query!(
        "UPDATE payment_card c SET expiry_told_at = $4
         WHERE c.workspace_id = $1 AND c.client_id = $2 AND c.id = $3 AND c.removed_at IS NULL AND c.expiry_told_at IS NULL
           AND EXISTS (SELECT FROM subscription s WHERE s.workspace_id = $1 AND s.client_id = $2
                       AND s.state IN ('active', 'paused') AND NOT s.ends_with_period)
         RETURNING brand, last4, exp_month, exp_year",
        scope.workspace.0,
        client.0,
        card,
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(false) };
    let card = card_label(&row.brand, &row.last4);
    let when = ends(row.exp_month, row.exp_year).map(|(first, _)| format::month(first)).unwrap_or_default();
    let body = format!(
        "Hi,\n\nYour card {card} expires at the end of {when}. Renewals are charged to it, so please add your new card before \
         then. It takes a minute:\n\n{{link:/portal/billing}}\n"
    );
    mail::commands::queue_to_payers_in(tx, scope, client, &format!("Your card {card} expires soon"), &body)
        .await?;
    Ok(true)
}
