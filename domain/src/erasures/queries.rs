use chrono::{DateTime, Utc};
use sqlx::{Acquire, PgConnection};

use super::{Consequences, Erasure, GRACE, KEPT_YEARS};
use crate::{
    Db, Error, Result, Scope, SystemRole, Tx, clients, db::set_system_role, ids::ClientId,
    scope::operators_only,
};

/// What is set for a client, as long as it is not done.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn find(db: &Db, scope: &Scope, client: ClientId) -> Result<Option<Erasure>> {
    Ok(any(db, scope, client).await?.filter(|erasure| erasure.done_at.is_none()))
}

/// The erasure of a client of which only invoices are left.
///
/// # Errors
/// As [`find`].
pub async fn find_done(db: &Db, scope: &Scope, client: ClientId) -> Result<Option<Erasure>> {
    Ok(any(db, scope, client).await?.filter(|erasure| erasure.done_at.is_some()))
}

async fn any(db: &Db, scope: &Scope, client: ClientId) -> Result<Option<Erasure>> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        r#"SELECT coalesce(p.name, 'An operator') AS "asked_by!", e.asked_at, e.due_at, e.begun_at IS NOT NULL AS "begun!", e.done_at
           FROM client_erasure e LEFT JOIN person p ON p.id = e.asked_by
           WHERE e.workspace_id = $1 AND e.client_id = $2"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(row.map(|row| Erasure {
        client,
        asked_by: row.asked_by,
        asked_at: row.asked_at,
        due_at: row.due_at,
        begun: row.begun,
        done_at: row.done_at,
    }))
}

/// When the client is erased, where that is set.
pub(crate) async fn due_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Option<DateTime<Utc>>> {
    let due = sqlx::query_scalar!(
        "SELECT due_at FROM client_erasure WHERE workspace_id = $1 AND client_id = $2",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(due)
}

/// What erasing a client that is archived comes to.
///
/// # Errors
/// [`Error::NotFound`], also for anyone but an operator.
pub async fn consequences(db: &Db, scope: &Scope, client: ClientId) -> Result<Consequences> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let row = sqlx::query!(
        r#"WITH bills AS (
               SELECT issued_at, state = 'issued' AS unpaid FROM invoice
               WHERE workspace_id = $1 AND client_id = $2 AND state <> 'draft'
               UNION ALL SELECT issued_at, false FROM credit_note WHERE workspace_id = $1 AND client_id = $2
           ), places AS (
               SELECT m.person_id, EXISTS (SELECT FROM membership o WHERE o.person_id = m.person_id AND o.removed_at IS NULL
                                           AND o.client_id IS DISTINCT FROM $2) AS stays
               FROM membership m
               WHERE m.workspace_id = $1 AND m.client_id = $2 AND m.removed_at IS NULL
           )
           SELECT archived_at, closed_at,
                  (SELECT count(*) FROM request WHERE workspace_id = $1 AND client_id = $2) AS "requests!",
                  (SELECT count(*) FROM file WHERE workspace_id = $1 AND client_id = $2) AS "files!",
                  (SELECT count(*) FROM note WHERE workspace_id = $1 AND client_id = $2) AS "notes!",
                  (SELECT count(*) FROM places WHERE NOT stays) AS "people!",
                  (SELECT count(*) FROM places WHERE stays) AS "staying!",
                  (SELECT count(*) FROM bills) AS "invoices!",
                  (SELECT count(*) FROM bills WHERE unpaid) AS "unpaid!",
                  (SELECT max(date_part('year', issued_at AT TIME ZONE 'UTC'))::integer FROM bills) AS last_year
           FROM client WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    let readable =
        row.archived_at.filter(|_| row.closed_at.is_none()).map(|at| at + clients::commands::READABLE);
    Ok(Consequences {
        requests: row.requests,
        files: row.files,
        notes: row.notes,
        people: row.people,
        staying: row.staying,
        invoices: row.invoices,
        unpaid: row.unpaid,
        kept_until: row.last_year.map(|year| year + KEPT_YEARS),
        readable_until: readable.filter(|until| *until > now),
        due_at: now + GRACE,
    })
}

/// Every client of the install that was erased, and when, the first one first: what has to be erased again after a backup
/// from before then is restored. By a connection of whoever may take the roles.
pub async fn list_done_by(conn: &mut PgConnection) -> Result<Vec<(ClientId, DateTime<Utc>)>> {
    let mut tx = conn.begin().await?;
    set_system_role(&mut tx, SystemRole::Jobs).await?;
    let rows = sqlx::query!(
        r#"SELECT client_id, done_at AS "done_at!" FROM client_erasure WHERE done_at IS NOT NULL ORDER BY done_at, client_id"#,
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(rows.into_iter().map(|row| (ClientId(row.client_id), row.done_at)).collect())
}
