use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};

use super::carry_out::ErasureTarget;
use crate::{
    Db, Result, SystemRole, Tx,
    audit::{self, NewEntry},
    erasures::KEPT_YEARS,
    ids::{ClientId, WorkspaceId},
    words,
};

/// Removes the invoices and credit notes of erased clients that have been kept for as long as they must be; how many.
///
/// # Errors
/// The database's; what came before is done.
pub async fn expire_invoices(db: &Db) -> Result<u64> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let rows = sqlx::query!("SELECT workspace_id, client_id FROM client_erasure WHERE done_at IS NOT NULL")
        .fetch_all(tx.conn())
        .await?;
    tx.commit().await?;
    let mut removed = 0;
    for row in rows {
        let target =
            ErasureTarget { workspace: WorkspaceId(row.workspace_id), client: ClientId(row.client_id) };
        removed += expire(db, target).await?;
    }
    Ok(removed)
}

/// The beginning, in UTC, of the earliest year whose invoices are kept.
fn kept_since(now: DateTime<Utc>) -> DateTime<Utc> {
    let first = NaiveDate::from_ymd_opt(now.year() - KEPT_YEARS, 1, 1).unwrap_or(NaiveDate::MIN);
    first.and_time(NaiveTime::MIN).and_utc()
}

async fn expire(db: &Db, target: ErasureTarget) -> Result<u64> {
    let mut tx = db.begin(&target.scope()).await?;
    let kept_since = kept_since(tx.now());
    sqlx::query!(
        "DELETE FROM balance_entry b WHERE b.workspace_id = $1 AND b.client_id = $2
           AND (b.made_at < $3 OR EXISTS (SELECT FROM invoice i WHERE i.id = b.invoice_id AND i.issued_at < $3))",
        target.workspace.0,
        target.client.0,
        kept_since,
    )
    .execute(tx.conn())
    .await?;
    let credits = sqlx::query!(
        "DELETE FROM credit_note WHERE workspace_id = $1 AND client_id = $2
           AND issued_at < $3",
        target.workspace.0,
        target.client.0,
        kept_since,
    )
    .execute(tx.conn())
    .await?;
    expire_payments_in(&mut tx, target, kept_since).await?;
    // One that was taken back goes with what took it back.
    let invoices = sqlx::query!(
        "DELETE FROM invoice i WHERE workspace_id = $1 AND client_id = $2
           AND issued_at < $3
           AND NOT EXISTS (SELECT FROM credit_note n WHERE n.invoice_id = i.id)",
        target.workspace.0,
        target.client.0,
        kept_since,
    )
    .execute(tx.conn())
    .await?;
    // What was sold is of use only beside what was billed.
    sqlx::query!(
        "DELETE FROM subscription_pause WHERE workspace_id = $1 AND client_id = $2
           AND NOT EXISTS (SELECT FROM invoice i WHERE i.workspace_id = $1 AND i.client_id = $2)",
        target.workspace.0,
        target.client.0,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "DELETE FROM subscription WHERE workspace_id = $1 AND client_id = $2
           AND NOT EXISTS (SELECT FROM invoice i WHERE i.workspace_id = $1 AND i.client_id = $2)",
        target.workspace.0,
        target.client.0,
    )
    .execute(tx.conn())
    .await?;
    let removed = credits.rows_affected() + invoices.rows_affected();
    if removed > 0 {
        let removed_words = words::count(removed.cast_signed(), "document");
        let entry = NewEntry {
            detail: removed_words,
            ..NewEntry::done("remove_old_invoices", target.client.to_string())
        };
        audit::commands::record_in(&mut tx, &target.scope(), entry.of(target.client)).await?;
    }
    tx.commit().await?;
    Ok(removed)
}

/// What was paid for the invoices that go, and what became of it.
async fn expire_payments_in(tx: &mut Tx, target: ErasureTarget, kept_since: DateTime<Utc>) -> Result<()> {
    macro_rules! delete {
        ($($sql:tt),+ $(,)?) => {
            $(sqlx::query!($sql, target.workspace.0, target.client.0, kept_since).execute(tx.conn()).await?;)+
        };
    }
    delete!(
        "DELETE FROM payment_dispute d USING payment p JOIN invoice i ON i.id = p.invoice_id
         WHERE d.workspace_id = $1 AND d.client_id = $2 AND p.id = d.payment_id AND i.issued_at < $3
           AND NOT EXISTS (SELECT FROM credit_note n WHERE n.invoice_id = i.id)",
        "DELETE FROM payment_refund r USING payment p JOIN invoice i ON i.id = p.invoice_id
         WHERE r.workspace_id = $1 AND r.client_id = $2 AND p.id = r.payment_id AND i.issued_at < $3
           AND NOT EXISTS (SELECT FROM credit_note n WHERE n.invoice_id = i.id)",
        "DELETE FROM payment p USING invoice i
         WHERE p.workspace_id = $1 AND p.client_id = $2 AND i.id = p.invoice_id AND i.issued_at < $3
           AND NOT EXISTS (SELECT FROM credit_note n WHERE n.invoice_id = i.id)",
        "DELETE FROM payment_attempt a USING invoice i
         WHERE a.workspace_id = $1 AND a.client_id = $2 AND i.id = a.invoice_id AND i.issued_at < $3
           AND NOT EXISTS (SELECT FROM credit_note n WHERE n.invoice_id = i.id)",
        "DELETE FROM payment_link l USING invoice i
         WHERE l.workspace_id = $1 AND l.client_id = $2 AND i.id = l.invoice_id AND i.issued_at < $3",
        "DELETE FROM payment_chase c USING invoice i
         WHERE c.workspace_id = $1 AND c.client_id = $2 AND i.id = c.invoice_id AND i.issued_at < $3",
    );
    Ok(())
}
