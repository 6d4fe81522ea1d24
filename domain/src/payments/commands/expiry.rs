//! Cards that are about to expire.

use chrono::{NaiveDate, TimeDelta};

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
pub async fn warn_of_expiring_cards(db: &Db) -> Result<u64> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let rows = sqlx::query!(
        "SELECT workspace_id, client_id, id FROM payment_card
         WHERE removed_at IS NULL AND expiry_told_at IS NULL
           AND (make_date(exp_year, exp_month, 1) + interval '1 month') AT TIME ZONE 'UTC' <= $1
         ORDER BY exp_year, exp_month, id",
        now + BEFORE,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let mut warned = 0;
    for row in rows {
        let scope = Scope::system(WorkspaceId(row.workspace_id));
        let mut tx = db.begin(&scope).await?;
        warned += u64::from(warn_in(&mut tx, &scope, ClientId(row.client_id), row.id).await?);
        tx.commit().await?;
    }
    Ok(warned)
}

async fn warn_in(tx: &mut Tx, scope: &Scope, client: ClientId, card: uuid::Uuid) -> Result<bool> {
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
    let first = NaiveDate::from_ymd_opt(i32::from(row.exp_year), u32::from(row.exp_month.unsigned_abs()), 1);
    let when = first.map(format::month).unwrap_or_default();
    let body = format!(
        "Hi,\n\nYour card {card} expires at the end of {when}. Renewals are charged to it, so please add your new card before \
         then. It takes a minute:\n\n{{link:/portal/billing}}\n"
    );
    mail::commands::queue_to_payers_in(
        tx,
        scope,
        client,
        &format!("Your card {card} expires soon"),
        &body,
        None,
    )
    .await?;
    Ok(true)
}
