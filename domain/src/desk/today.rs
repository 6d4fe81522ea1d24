use chrono::TimeDelta;

use super::{FailedRun, NewClient, Today, UnpaidInvoice};
use crate::{
    Db, Error, Result, Scope, Tx, approvals,
    ids::{ClientId, InvoiceId, RequestId},
    money::{Currency, Money},
    requests,
};

/// How long a client counts as new.
const NEW: TimeDelta = TimeDelta::days(7);
/// The most of each list.
const MOST: i64 = 50;

/// What wants the operator today.
///
/// # Errors
/// [`Error::NotFound`] for a scope that is not the whole workspace.
pub async fn today(db: &Db, scope: &Scope) -> Result<Today> {
    if !scope.is_wide() {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin(scope).await?;
    let mut approvals = approvals::open_for_in(&mut tx, scope).await?;
    // Stable: within each audience the oldest stays first.
    approvals.sort_by_key(|approval| approval.audience != approvals::Audience::Operator);
    let today = Today {
        approvals,
        at_risk: requests::queries::at_risk_in(&mut tx, scope).await?,
        failed: failed(&mut tx, scope).await?,
        new_clients: new_clients(&mut tx, scope).await?,
        unpaid: unpaid(&mut tx, scope).await?,
        at_work: at_work(&mut tx, scope).await?,
    };
    tx.commit().await?;
    Ok(today)
}

async fn at_work(tx: &mut Tx, scope: &Scope) -> Result<u64> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(DISTINCT agent_id) AS "count!" FROM run WHERE workspace_id = $1 AND state = 'working'"#,
        scope.workspace.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(count.cast_unsigned())
}

async fn failed(tx: &mut Tx, scope: &Scope) -> Result<Vec<FailedRun>> {
    let rows = sqlx::query!(
        r#"SELECT run.request_id, run.client_id, c.name AS client_name, r.number, r.title, a.name AS agent,
                  run.failure, run.ended_at AS "ended_at!"
           FROM run
           JOIN request r ON r.workspace_id = run.workspace_id AND r.client_id = run.client_id AND r.id = run.request_id
           JOIN client c ON c.workspace_id = run.workspace_id AND c.id = run.client_id
           JOIN agent a ON a.workspace_id = run.workspace_id AND a.id = run.agent_id
           WHERE run.workspace_id = $1 AND run.state = 'failed' AND r.withdrawn_at IS NULL
             AND r.board_column IN ('in_progress', 'waiting')
             AND NOT EXISTS (SELECT FROM run later
                             WHERE later.workspace_id = run.workspace_id AND later.client_id = run.client_id
                               AND later.request_id = run.request_id AND later.queued_at > run.queued_at)
           ORDER BY run.ended_at DESC LIMIT $2"#,
        scope.workspace.0,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    let failed = rows.into_iter().map(|row| FailedRun {
        request: RequestId(row.request_id),
        client: ClientId(row.client_id),
        client_name: row.client_name,
        number: row.number.cast_unsigned(),
        title: row.title,
        agent: row.agent,
        failure: row.failure.unwrap_or_default(),
        at: row.ended_at,
    });
    Ok(failed.collect())
}

async fn new_clients(tx: &mut Tx, scope: &Scope) -> Result<Vec<NewClient>> {
    let since = tx.now() - NEW;
    let rows = sqlx::query!(
        r#"SELECT c.id, c.name, c.created_at, s.name AS "offer?"
           FROM client c
           LEFT JOIN subscription s ON s.workspace_id = c.workspace_id AND s.client_id = c.id AND s.state <> 'ended'
           WHERE c.workspace_id = $1 AND c.created_at > $2 AND c.archived_at IS NULL
           ORDER BY c.created_at DESC LIMIT $3"#,
        scope.workspace.0,
        since,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    let clients = rows
        .into_iter()
        .map(|row| NewClient { client: ClientId(row.id), name: row.name, offer: row.offer, at: row.created_at });
    Ok(clients.collect())
}

async fn unpaid(tx: &mut Tx, scope: &Scope) -> Result<Vec<UnpaidInvoice>> {
    let rows = sqlx::query!(
        r#"SELECT i.id, c.name AS client_name, i.number AS "number!", i.total_minor, i.currency, i.due_at
           FROM invoice i JOIN client c ON c.workspace_id = i.workspace_id AND c.id = i.client_id
           WHERE i.workspace_id = $1 AND i.state = 'issued'
           ORDER BY i.due_at, i.number LIMIT $2"#,
        scope.workspace.0,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let currency: Currency =
                row.currency.parse().map_err(|_| Error::Broken(format!("unknown currency {}", row.currency)))?;
            Ok(UnpaidInvoice {
                invoice: InvoiceId(row.id),
                client_name: row.client_name,
                number: row.number.cast_unsigned(),
                total: Money { minor: row.total_minor, currency },
                due_at: row.due_at,
            })
        })
        .collect()
}
