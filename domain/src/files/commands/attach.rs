use super::clear;
use crate::{
    Db, Error, FieldErrors, OnConstraint, Result, Scope, Tx,
    files::{File, NewFile, display_name, queries::FileRow, quota, store::Key},
    ids::{ClientId, FileId},
    requests::{commands::may_work, lock::LockedRequest},
};

/// Adds a file whose bytes are stored. Without a request it waits for the comment or the request that it comes with,
/// and only who added it can attach it.
///
/// # Errors
/// Field `files` for a hash that is none; the same where the client has no room left; [`Error::NotFound`] where the scope has no client or does not see the request.
pub async fn add(db: &Db, scope: &Scope, new: NewFile) -> Result<FileId> {
    let Some(client) = scope.client else { return Err(Error::NotFound) };
    if scope.role().is_some_and(|role| !role.may_work()) {
        may_work(scope)?;
    }
    let hashed = new.sha256.len() == 64 && new.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !hashed {
        return Err(Error::Fields(FieldErrors::one(
            "files",
            "We couldn’t save that file. Try uploading it again.",
        )));
    }
    let id = FileId::new();
    let mut tx = db.begin(scope).await?;
    // Either this row is seen by whoever clears contents, or the content is seen to be gone afterwards.
    sqlx::query("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))")
        .bind(clear::lock(&Key::content(scope.workspace, &new.sha256)?))
        .execute(tx.conn())
        .await?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO file (id, workspace_id, client_id, request_id, name, media_type, label, is_text, bytes, sha256,
                           added_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        id.0,
        scope.workspace.0,
        client.0,
        new.request.map(|id| id.0),
        display_name(&new.name),
        new.media_type,
        new.label,
        new.is_text,
        i64::try_from(new.bytes).unwrap_or(i64::MAX),
        new.sha256,
        scope.person().map(|id| id.0),
        now,
    )
    .execute(tx.conn())
    .await
    .on_constraint("file_workspace_id_client_id_request_id_fkey", || Error::NotFound)?;
    quota::lock(&mut tx, scope, client).await.map_err(|error| match error {
        Error::Refused(why) => Error::Fields(FieldErrors::one("files", why)),
        error => error,
    })?;
    tx.commit().await?;
    Ok(id)
}

/// Deletes a file that whoever acts in the scope added; the hash of its content. It gives its room back. None where it is
/// not there any more.
pub(crate) async fn delete_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    file: FileId,
) -> Result<Option<String>> {
    let content = sqlx::query_scalar!(
        "DELETE FROM file WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND added_by = $4 RETURNING sha256",
        scope.workspace.0,
        client.0,
        file.0,
        scope.person().map(|id| id.0),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(content)
}

/// Hangs files that the same person added on a request.
///
/// # Errors
/// Field `files` where one of them is not there to be attached.
pub(crate) async fn attach_in(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    files: &[FileId],
) -> Result<Vec<File>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = files.iter().map(|id| id.0).collect();
    let attached = sqlx::query_as!(
        FileRow,
        "UPDATE file SET request_id = $3
         WHERE workspace_id = $1 AND client_id = $2 AND id = ANY($4) AND added_by = $5
           AND (request_id IS NULL OR request_id = $3)
         RETURNING id, name, media_type, label, is_text, bytes, sha256, created_at",
        scope.workspace.0,
        row.client.0,
        row.id.0,
        &ids,
        scope.person().map(|id| id.0),
    )
    .fetch_all(tx.conn())
    .await?;
    let mut attached: Vec<File> = attached.into_iter().map(File::from).collect();
    if attached.len() != files.len() {
        return Err(Error::Fields(FieldErrors::one(
            "files",
            "One of your files is missing. Please add it again.",
        )));
    }
    attached.sort_by_key(|file| files.iter().position(|id| *id == file.id));
    Ok(attached)
}
