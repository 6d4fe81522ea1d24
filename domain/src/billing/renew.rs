//! Periods that are over: billed anew, or ended.

use chrono::{DateTime, Utc};

use super::{
    Line, SubscriptionState,
    commands::{Held, NewInvoice, end_in, hold_in, insert_issued_in, zone_in},
    period, words,
};
use crate::{
    Db, Error, Office, Result, Scope, Tx, changes,
    ids::{SubscriptionId, WorkspaceId},
};

/// How many subscriptions one round looks at.
const ROUND: i64 = 1_000;

/// Renews every subscription, of all workspaces, whose period is over; how many there were. Trying again, or at several
/// places at once, renews none twice. One that fails is logged and does not keep the others waiting.
///
/// # Errors
/// When the database is away.
pub async fn renew_due(db: &Db) -> Result<usize> {
    let mut tx = db.begin_as(Office::Jobs).await?;
    let now = tx.now();
    let due = sqlx::query!(
        "SELECT workspace_id, id FROM subscription WHERE state = 'active' AND period_end <= $1 ORDER BY period_end LIMIT $2",
        now,
        ROUND,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let mut renewed = 0;
    for row in due {
        match renew(db, WorkspaceId(row.workspace_id), SubscriptionId(row.id)).await {
            Ok(true) => renewed += 1,
            Ok(false) => {}
            Err(error) if error.is_away() => return Err(error),
            Err(error) => tracing::error!(
                subscription.id = %SubscriptionId(row.id),
                error.message = %error,
                "a subscription could not be renewed"
            ),
        }
    }
    Ok(renewed)
}

async fn renew(db: &Db, workspace: WorkspaceId, subscription: SubscriptionId) -> Result<bool> {
    let scope = Scope::system(workspace);
    let mut tx = db.begin(&scope).await?;
    let mut held = hold_in(&mut tx, &scope, subscription).await?;
    let renewed = renew_in(&mut tx, &scope, &mut held).await?;
    tx.commit().await?;
    Ok(renewed)
}

/// Brings a held subscription up to the present: each period that is over is followed by a billed one, or by the end
/// where that was asked for. Whether anything was due.
pub(super) async fn renew_in(tx: &mut Tx, scope: &Scope, held: &mut Held) -> Result<bool> {
    let mut renewed = false;
    while let (SubscriptionState::Active, Some((_, over))) = (held.state, held.period) {
        if over > tx.now() {
            break;
        }
        renewed = true;
        if held.ends_with_period {
            end_in(tx, scope, held, over).await?;
            held.state = SubscriptionState::Ended;
        } else {
            next_in(tx, scope, held, over).await?;
        }
    }
    Ok(renewed)
}

async fn next_in(tx: &mut Tx, scope: &Scope, held: &mut Held, start: DateTime<Utc>) -> Result<()> {
    let zone = zone_in(tx, scope).await?;
    let end = period::end(start, held.anchor, held.interval, zone);
    let moved = sqlx::query!(
        "UPDATE subscription SET period_start = $3, period_end = $4 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        held.id.0,
        start,
        end,
    )
    .execute(tx.conn())
    .await?;
    if moved.rows_affected() != 1 {
        return Err(Error::Broken(format!("{} is held and not there", held.id)));
    }
    held.period = Some((start, end));
    if held.price_minor > 0 {
        let what = format!("{}, {}", held.name, words::period(start, end, zone));
        let lines = vec![Line { what, minor: held.price_minor }];
        let (client, currency) = (held.client, held.currency);
        let invoice = NewInvoice { client, subscription: held.id, lines, currency, period: held.period };
        insert_issued_in(tx, scope, &invoice).await?;
    }
    changes::tell_in(tx, scope, held.client, "subscription", None).await
}
