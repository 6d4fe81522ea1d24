use crate::{
    Db, Error, Result, Scope,
    ids::{ClientId, NoteId},
    notes::{Note, NoteVersion, path},
};

/// A note as it stands. Case does not matter.
///
/// # Errors
/// [`Error::NotFound`]; field `path` for one that is none.
pub async fn get(db: &Db, scope: &Scope, client: ClientId, path: &str) -> Result<Note> {
    load(db, scope, client, path, None).await
}

/// A note as it stood.
///
/// # Errors
/// As [`get`].
pub async fn version(db: &Db, scope: &Scope, client: ClientId, path: &str, version: u32) -> Result<Note> {
    load(db, scope, client, path, Some(version)).await
}

async fn load(db: &Db, scope: &Scope, client: ClientId, path: &str, version: Option<u32>) -> Result<Note> {
    let path = path::checked(path)?;
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        "SELECT n.id, n.path, v.body, v.version, v.written_by, v.written_at
         FROM note n
         JOIN note_version v ON v.workspace_id = n.workspace_id AND v.client_id = n.client_id AND v.note_id = n.id
                            AND v.version = coalesce($4, n.version)
         WHERE n.workspace_id = $1 AND n.client_id = $2 AND lower(n.path) = lower($3)",
        scope.workspace.0,
        client.0,
        path,
        version.map(|version| i32::try_from(version).unwrap_or(i32::MAX)),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(Note {
        id: NoteId(row.id),
        path: row.path,
        body: row.body,
        version: row.version.cast_unsigned(),
        by: row.written_by,
        at: row.written_at.timestamp_millis(),
    })
}

/// What was written of a note, newest first.
///
/// # Errors
/// As [`get`].
pub async fn versions(db: &Db, scope: &Scope, client: ClientId, path: &str) -> Result<Vec<NoteVersion>> {
    let path = path::checked(path)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        "SELECT v.version, v.written_by, v.written_at
         FROM note n
         JOIN note_version v ON v.workspace_id = n.workspace_id AND v.client_id = n.client_id AND v.note_id = n.id
         WHERE n.workspace_id = $1 AND n.client_id = $2 AND lower(n.path) = lower($3)
         ORDER BY v.version DESC",
        scope.workspace.0,
        client.0,
        path,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    let version = |version: i32, by, at: chrono::DateTime<chrono::Utc>| NoteVersion {
        version: version.cast_unsigned(),
        by,
        at: at.timestamp_millis(),
    };
    Ok(rows.into_iter().map(|row| version(row.version, row.written_by, row.written_at)).collect())
}
