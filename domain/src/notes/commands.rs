use chrono::{DateTime, Utc};

use super::{Note, path};
use crate::{
    Actor, Db, Error, FieldErrors, OnConstraint, Result, Scope, Tx,
    files::quota,
    ids::{ClientId, NoteId},
    redact,
    requests::commands::may_work,
    session::Author,
};

/// The longest note, in bytes.
const LONGEST: usize = 256 * 1024;

/// Writes a note, whole. `expected` is the version that the writer has read; none for a note that is to be new. The
/// version before stays.
///
/// # Errors
/// [`Error::Refused`] where somebody else was quicker: it says what stands there now. Fields `path` and `body`;
/// [`Error::NotFound`] for a client that the scope does not see.
pub async fn write(
    db: &Db,
    scope: &Scope,
    client: ClientId,
    path: &str,
    body: &str,
    expected: Option<u32>,
) -> Result<Note> {
    may_write(scope)?;
    let path = path::checked(path)?;
    // An agent reads it again, and so does a model.
    let body = redact::shapes(&body.replace('\0', ""));
    if body.len() > LONGEST {
        return Err(Error::Fields(FieldErrors::one("body", "Notes can be up to 256 KB. Split this one.")));
    }
    let mut tx = db.begin(scope).await?;
    let note = match expected {
        None => insert(&mut tx, scope, client, &path, body).await?,
        Some(expected) => update(&mut tx, scope, client, &path, body, expected).await?,
    };
    keep_version(&mut tx, scope, client, &note).await?;
    quota::lock(&mut tx, scope, client).await?;
    tx.commit().await?;
    Ok(note)
}

/// Agents, the server, and people with a say in the work.
fn may_write(scope: &Scope) -> Result<()> {
    match scope.actor {
        Actor::Agent { .. } | Actor::System => Ok(()),
        Actor::Person { .. } | Actor::Visitor => may_work(scope),
    }
}

async fn insert(tx: &mut Tx, scope: &Scope, client: ClientId, path: &str, body: String) -> Result<Note> {
    let (id, now) = (NoteId::new(), tx.now());
    // Seen under the scope first: to write for another client is the same as for one that is not there.
    let seen = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM client WHERE workspace_id = $1 AND id = $2) AS "seen!""#,
        scope.workspace.0,
        client.0
    )
    .fetch_one(tx.conn())
    .await?;
    if !seen {
        return Err(Error::NotFound);
    }
    let done = sqlx::query!(
        "INSERT INTO note (id, workspace_id, client_id, path, body, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, 1, $6, $6)
         ON CONFLICT (workspace_id, client_id, lower(path)) DO NOTHING",
        id.0,
        scope.workspace.0,
        client.0,
        path,
        body,
        now,
    )
    .execute(tx.conn())
    .await
    .on_constraint("note_workspace_id_client_id_fkey", || Error::NotFound)?;
    if done.rows_affected() == 0 {
        let (path, version) = standing(tx, scope, client, path).await?;
        return Err(conflict(&path, version));
    }
    Ok(note(id, path.to_owned(), body, 1, scope, now))
}

async fn update(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    path: &str,
    body: String,
    expected: u32,
) -> Result<Note> {
    let now = tx.now();
    let written = sqlx::query!(
        "UPDATE note SET body = $4, version = version + 1, updated_at = $5
         WHERE workspace_id = $1 AND client_id = $2 AND lower(path) = lower($3) AND version = $6
         RETURNING id, path, version",
        scope.workspace.0,
        client.0,
        path,
        body,
        now,
        i32::try_from(expected).unwrap_or(i32::MAX),
    )
    .fetch_optional(tx.conn())
    .await?;
    match written {
        Some(row) => Ok(note(NoteId(row.id), row.path, body, row.version.cast_unsigned(), scope, now)),
        None => {
            let (path, version) = standing(tx, scope, client, path).await?;
            Err(conflict(&path, version))
        }
    }
}

async fn standing(tx: &mut Tx, scope: &Scope, client: ClientId, path: &str) -> Result<(String, i32)> {
    let row = sqlx::query!(
        "SELECT path, version FROM note WHERE workspace_id = $1 AND client_id = $2 AND lower(path) = lower($3)",
        scope.workspace.0,
        client.0,
        path,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok((row.path, row.version))
}

fn conflict(path: &str, version: i32) -> Error {
    Error::refused(format!(
        "{path} is now at version {version}. Read it, then save your changes on top of it."
    ))
}

fn note(id: NoteId, path: String, body: String, version: u32, scope: &Scope, at: DateTime<Utc>) -> Note {
    Note { id, path, body, version, by: Author::of(scope).name, at: at.timestamp_millis() }
}

async fn keep_version(tx: &mut Tx, scope: &Scope, client: ClientId, note: &Note) -> Result<()> {
    let agent = match scope.actor {
        Actor::Agent { id, .. } => Some(id.0),
        _ => None,
    };
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO note_version (workspace_id, client_id, note_id, version, body, written_by, person_id, agent_id, written_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        scope.workspace.0,
        client.0,
        note.id.0,
        note.version.cast_signed(),
        note.body,
        note.by,
        scope.person().map(|id| id.0),
        agent,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
