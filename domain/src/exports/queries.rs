use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Export, ExportState, ExportsView, FAILURES, PAUSE};
use crate::{
    Actor, Db, Error, Result, Role, Scope, Tx,
    ids::{ClientId, ExportId},
};

/// What the page of the scope's client shows.
///
/// # Errors
/// [`Error::NotFound`] without a client that the scope sees.
pub async fn view(db: &Db, scope: &Scope) -> Result<ExportsView> {
    let client = scope.client.ok_or(Error::NotFound)?;
    let mut tx = db.begin(scope).await?;
    let client_name = client_name_in(&mut tx, scope, client).await?;
    let newest = newest_in(&mut tx, scope, client).await?;
    let may = may_in(&mut tx, scope, client).await?;
    let owners = if may { Vec::new() } else { owners_in(&mut tx, scope, client).await? };
    let next_at = next_in(&mut tx, scope, client).await?;
    tx.commit().await?;
    let ready = newest.iter().find(|export| export.state == ExportState::Ready).cloned();
    Ok(ExportsView { client_name, latest: newest.into_iter().next(), ready, may, owners, next_at })
}

struct ExportRow {
    id: Uuid,
    state: ExportState,
    done: i32,
    total: i32,
    bytes: Option<i64>,
    failure: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

impl ExportRow {
    fn export(self, now: DateTime<Utc>) -> Export {
        let is_past = self.expires_at.is_some_and(|at| at <= now);
        Export {
            id: ExportId(self.id),
            state: if self.state == ExportState::Ready && is_past {
                ExportState::Expired
            } else {
                self.state
            },
            done: self.done.cast_unsigned(),
            total: self.total.cast_unsigned(),
            bytes: self.bytes.map(i64::cast_unsigned),
            failure: self.failure,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}

async fn newest_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Vec<Export>> {
    let now = tx.now();
    let rows = sqlx::query_as!(
        ExportRow,
        r#"SELECT id, state AS "state: ExportState", done, total, bytes, failure, created_at, expires_at FROM client_export
           WHERE workspace_id = $1 AND client_id = $2 ORDER BY created_at DESC, id DESC LIMIT 10"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| row.export(now)).collect())
}

pub(super) async fn client_name_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<String> {
    let name = sqlx::query_scalar!(
        "SELECT name FROM client WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    name.ok_or(Error::NotFound)
}

/// Whether whoever acts may have everything of the client: its owners and the operators. What an owner may do once the
/// client has left is less; to take along what is theirs stays.
pub(super) async fn may_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<bool> {
    let Actor::Person { membership, role, .. } = &scope.actor else { return Ok(false) };
    if *role == Role::Operator {
        return Ok(true);
    }
    let owns = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM membership WHERE workspace_id = $1 AND client_id = $2 AND id = $3
                            AND role = 'owner' AND removed_at IS NULL) AS "owns!""#,
        scope.workspace.0,
        client.0,
        membership.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(owns)
}

/// The client's owners, by name.
pub(super) async fn owners_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT p.name FROM membership m JOIN person p ON p.id = m.person_id
         WHERE m.workspace_id = $1 AND m.client_id = $2 AND m.role = 'owner' AND m.removed_at IS NULL
         ORDER BY m.created_at LIMIT 5",
        scope.workspace.0,
        client.0,
    )
    .fetch_all(tx.conn())
    .await?)
}

/// From when on another one may be asked for; none where that is now. One that failed may be tried again, a few times.
pub(super) async fn next_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Option<DateTime<Utc>>> {
    let since = tx.now() - PAUSE;
    let row = sqlx::query!(
        "SELECT max(created_at) FILTER (WHERE state <> 'failed') AS made,
                min(created_at) FILTER (WHERE state = 'failed') AS failed,
                count(*) FILTER (WHERE state = 'failed') AS failures
         FROM client_export WHERE workspace_id = $1 AND client_id = $2 AND created_at > $3",
        scope.workspace.0,
        client.0,
        since,
    )
    .fetch_one(tx.conn())
    .await?;
    let failed = row.failed.filter(|_| row.failures.unwrap_or(0) >= FAILURES);
    Ok(row.made.max(failed).map(|at| at + PAUSE))
}
