use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Deliverable, FullVersion, Version};
use crate::{
    Db, Error, Result, Scope, Tx,
    files::{File, FileRow},
    ids::{DeliverableId, RequestId},
    runs::ClaimedRun,
};

/// A deliverable with its versions.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(db: &Db, scope: &Scope, deliverable: DeliverableId) -> Result<Deliverable> {
    let mut tx = db.begin(scope).await?;
    let found = load(&mut tx, scope, None, Some(deliverable)).await?;
    tx.commit().await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// Whether the run has delivered anything, by whatever way.
pub async fn has_delivered(db: &Db, claimed: &ClaimedRun) -> Result<bool> {
    let mut tx = db.begin(&claimed.scope).await?;
    let delivered = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM deliverable_version WHERE workspace_id = $1 AND run_id = $2) AS "delivered!""#,
        claimed.scope.workspace.0,
        claimed.run.0,
    )
    .fetch_one(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(delivered)
}

/// What a request produced, newest first, within a transaction.
pub async fn of_request_in(tx: &mut Tx, scope: &Scope, request: RequestId) -> Result<Vec<Deliverable>> {
    load(tx, scope, Some(request), None).await
}

async fn load(
    tx: &mut Tx,
    scope: &Scope,
    request: Option<RequestId>,
    deliverable: Option<DeliverableId>,
) -> Result<Vec<Deliverable>> {
    let rows = sqlx::query_as!(
        VersionRow,
        r#"SELECT d.id, d.title, v.version, v.created_at, a.name AS "by?", f.id AS "file_id?", f.name AS "file_name?",
                  f.media_type AS "media_type?", f.label AS "label?", f.is_text AS "is_text?", f.bytes AS "bytes?",
                  f.sha256 AS "sha256?", f.created_at AS "file_created_at?"
           FROM request r
           JOIN deliverable d
             ON d.workspace_id = r.workspace_id AND d.client_id = r.client_id AND d.request_id = r.id
           JOIN deliverable_version v ON v.deliverable_id = d.id AND v.workspace_id = d.workspace_id
           LEFT JOIN run ON run.workspace_id = v.workspace_id AND run.id = v.run_id
           LEFT JOIN agent a ON a.workspace_id = run.workspace_id AND a.id = run.agent_id
           LEFT JOIN file f ON f.workspace_id = v.workspace_id AND f.client_id = v.client_id AND f.id = v.file_id
           WHERE r.workspace_id = $1 AND ($2::uuid IS NULL OR r.id = $2)
             AND r.id = coalesce($2, (SELECT request_id FROM deliverable WHERE workspace_id = $1 AND id = $3))
             AND ($3::uuid IS NULL OR d.id = $3)
           ORDER BY max(v.created_at) OVER (PARTITION BY d.id) DESC, d.id, v.version DESC"#,
        scope.workspace.0,
        request.map(|id| id.0),
        deliverable.map(|id| id.0),
    )
    .fetch_all(tx.conn())
    .await?;
    let mut found: Vec<Deliverable> = Vec::new();
    for row in rows {
        let id = DeliverableId(row.id);
        if found.last().is_none_or(|last| last.id != id) {
            found.push(Deliverable { id, title: row.title.clone(), versions: Vec::new() });
        }
        if let Some(last) = found.last_mut() {
            last.versions.push(row.into());
        }
    }
    Ok(found)
}

struct VersionRow {
    id: Uuid,
    title: String,
    version: i32,
    created_at: DateTime<Utc>,
    by: Option<String>,
    file_id: Option<Uuid>,
    file_name: Option<String>,
    media_type: Option<String>,
    label: Option<String>,
    is_text: Option<bool>,
    bytes: Option<i64>,
    sha256: Option<String>,
    file_created_at: Option<DateTime<Utc>>,
}

impl VersionRow {
    fn file(&mut self) -> Option<File> {
        let row = FileRow {
            id: self.file_id?,
            name: self.file_name.take()?,
            media_type: self.media_type.take()?,
            label: self.label.take()?,
            is_text: self.is_text?,
            bytes: self.bytes?,
            sha256: self.sha256.take()?,
            created_at: self.file_created_at?,
        };
        Some(row.into())
    }
}

impl From<VersionRow> for Version {
    fn from(mut row: VersionRow) -> Self {
        let file = row.file();
        Self { version: row.version.cast_unsigned(), at: row.created_at.timestamp_millis(), by: row.by, file }
    }
}

/// One version with what is in it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn version(
    db: &Db,
    scope: &Scope,
    deliverable: DeliverableId,
    version: u32,
) -> Result<FullVersion> {
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        "SELECT d.title, r.number, v.body, v.created_at, v.file_id
         FROM deliverable d
         JOIN request r ON r.workspace_id = d.workspace_id AND r.client_id = d.client_id AND r.id = d.request_id
         JOIN deliverable_version v ON v.workspace_id = d.workspace_id AND v.deliverable_id = d.id
         WHERE d.workspace_id = $1 AND d.id = $2 AND v.version = $3",
        scope.workspace.0,
        deliverable.0,
        i32::try_from(version).unwrap_or(i32::MAX),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let file = match row.file_id {
        Some(id) => Some(crate::files::queries::get_in(&mut tx, scope, crate::ids::FileId(id)).await?),
        None => None,
    };
    tx.commit().await?;
    Ok(FullVersion {
        deliverable,
        title: row.title,
        request: row.number.cast_unsigned(),
        version,
        at: row.created_at.timestamp_millis(),
        body: row.body,
        file,
    })
}
