use super::{Proposal, ProposalState};
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::{ClientId, ProposalId},
    requests::commands::operator,
};

/// A proposal, decided or not.
///
/// # Errors
/// [`Error::NotFound`], also for everyone but operators.
pub async fn get(db: &Db, scope: &Scope, proposal: ProposalId) -> Result<Proposal> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let found = load(&mut tx, scope, Some(proposal), 1).await?;
    tx.commit().await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// Those that wait for a decision, oldest first, within a transaction.
pub(crate) async fn list_open_in(tx: &mut Tx, scope: &Scope, most: i64) -> Result<Vec<Proposal>> {
    load(tx, scope, None, most).await
}

async fn load(tx: &mut Tx, scope: &Scope, id: Option<ProposalId>, most: i64) -> Result<Vec<Proposal>> {
    let now = tx.now();
    let rows = sqlx::query!(
        r#"SELECT p.id, p.client_id, p.what, p.words, p.reason, p.proposed_by, p.state AS "state: ProposalState", p.failure, p.answered_at,
                  p.expires_at, p.created_at, a.name AS "answered_by?"
           FROM proposal p LEFT JOIN person a ON a.id = p.answered_by
           WHERE p.workspace_id = $1 AND (p.id = $2 OR ($2 IS NULL AND p.state = 'open' AND p.expires_at > $3))
           ORDER BY p.created_at, p.id LIMIT $4"#,
        scope.workspace.0,
        id.map(|id| id.0),
        now,
        most,
    )
    .fetch_all(tx.conn())
    .await?;
    let proposals = rows.into_iter().map(|row| {
        let state = match row.state {
            ProposalState::Open if row.expires_at <= now => ProposalState::Expired,
            state => state,
        };
        Proposal {
            id: ProposalId(row.id),
            client: row.client_id.map(ClientId),
            what: row.what,
            words: row.words,
            reason: row.reason,
            by: row.proposed_by,
            state,
            failure: row.failure,
            answered_by: row.answered_by,
            answered_at: row.answered_at.map(|at| at.timestamp_millis()),
            expires_at: row.expires_at.timestamp_millis(),
            created_at: row.created_at.timestamp_millis(),
        }
    });
    Ok(proposals.collect())
}
