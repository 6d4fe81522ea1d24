use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::File;
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::{FileId, RequestId},
};

/// A file as its row has it.
pub(crate) struct FileRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) label: String,
    pub(crate) is_text: bool,
    pub(crate) bytes: i64,
    pub(crate) sha256: String,
    pub(crate) created_at: DateTime<Utc>,
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        Self {
            id: FileId(row.id),
            name: row.name,
            media_type: row.media_type,
            label: row.label,
            is_text: row.is_text,
            bytes: row.bytes.cast_unsigned(),
            sha256: row.sha256,
            created_at: row.created_at.timestamp_millis(),
        }
    }
}

/// A file that the scope sees.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(db: &Db, scope: &Scope, file: FileId) -> Result<File> {
    let mut tx = db.begin(scope).await?;
    let file = get_in(&mut tx, scope, file).await?;
    tx.commit().await?;
    Ok(file)
}

/// The same within a transaction.
pub(crate) async fn get_in(tx: &mut Tx, scope: &Scope, file: FileId) -> Result<File> {
    let row = sqlx::query_as!(
        FileRow,
        "SELECT id, name, media_type, label, is_text, bytes, sha256, created_at FROM file
         WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        file.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(row.into())
}

/// The files of a request, oldest first.
pub async fn of_request(db: &Db, scope: &Scope, request: RequestId) -> Result<Vec<File>> {
    let mut tx = db.begin(scope).await?;
    let files = of_request_in(&mut tx, scope, request).await?;
    tx.commit().await?;
    Ok(files)
}

/// The same within a transaction.
pub async fn of_request_in(tx: &mut Tx, scope: &Scope, request: RequestId) -> Result<Vec<File>> {
    let rows = sqlx::query_as!(
        FileRow,
        "SELECT f.id, f.name, f.media_type, f.label, f.is_text, f.bytes, f.sha256, f.created_at
         FROM request r JOIN file f USING (workspace_id, client_id)
         WHERE r.workspace_id = $1 AND r.id = $2 AND f.request_id = r.id
         ORDER BY f.created_at, f.id",
        scope.workspace.0,
        request.0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(File::from).collect())
}
