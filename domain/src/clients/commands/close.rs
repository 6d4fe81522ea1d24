use chrono::TimeDelta;

use crate::{Db, Result, SystemRole};

/// How long the people of a client that has left may still read and download.
pub const READABLE: TimeDelta = TimeDelta::days(90);

/// Closes the clients that left so long ago: nobody of theirs is let in any more. How many.
pub async fn close_due(db: &Db) -> Result<u64> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let closed = sqlx::query!(
        "UPDATE client SET closed_at = $1 WHERE archived_at <= $2 AND closed_at IS NULL",
        now,
        now - READABLE,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(closed)
}
