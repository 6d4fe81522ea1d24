use super::{AuditEntry, AuditOutcome, AuditPage, AuditQuery};
use crate::{
    Db, Result, Scope,
    ids::{AuditId, ClientId},
    requests::commands::operator,
};

/// How many entries make a page.
const PAGE: usize = 50;
/// How many names a choice offers.
const MOST_NAMES: i64 = 100;

/// The entries that the scope sees, newest first.
///
/// # Errors
/// [`Error::NotFound`] for everyone but operators.
pub async fn list(db: &Db, scope: &Scope, filter: &AuditQuery) -> Result<AuditPage> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        r#"SELECT id, client_id, who, token_id, what, target, outcome AS "outcome: AuditOutcome", detail, before, after,
                ip, at FROM audit
         WHERE workspace_id = $1 AND ($2::text IS NULL OR who = $2) AND ($3::text IS NULL OR what = $3)
           AND ($4::uuid IS NULL OR id < $4)
         ORDER BY id DESC LIMIT $5"#,
        scope.workspace.0,
        filter.who,
        filter.what,
        filter.before.map(|id| id.0),
        PAGE as i64 + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let more = rows.len() > PAGE;
    let entries = rows
        .into_iter()
        .take(PAGE)
        .map(|row| {
            Ok(AuditEntry {
                id: AuditId(row.id),
                who: row.who,
                by_token: row.token_id.is_some(),
                what: row.what,
                target: row.target,
                client: row.client_id.map(ClientId),
                outcome: row.outcome,
                detail: row.detail,
                before: row.before,
                after: row.after,
                ip: row.ip,
                at: row.at.timestamp_millis(),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let next = entries.last().map(|entry| entry.id).filter(|_| more);
    Ok(AuditPage { entries, next })
}

/// Who stands in the log, and what was done, each in the order of the alphabet.
///
/// # Errors
/// As [`list`].
pub async fn names(db: &Db, scope: &Scope) -> Result<(Vec<String>, Vec<String>)> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let who = sqlx::query_scalar!(
        "SELECT DISTINCT who FROM audit WHERE workspace_id = $1 ORDER BY who LIMIT $2",
        scope.workspace.0,
        MOST_NAMES,
    )
    .fetch_all(tx.conn())
    .await?;
    let what = sqlx::query_scalar!(
        "SELECT DISTINCT what FROM audit WHERE workspace_id = $1 ORDER BY what LIMIT $2",
        scope.workspace.0,
        MOST_NAMES,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok((who, what))
}
