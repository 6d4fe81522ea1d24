use super::may_work;
use crate::{
    Db, Error, Result, Scope, Tx,
    audit::{self, NewEntry},
    files::{self, Store},
    ids::RequestId,
    live_hints,
    requests::{
        lock::{self, LockedRequest},
        unseen,
    },
    secret,
    session::{self, Deletable, DeletedEntry},
};

/// Deletes a comment, a backstage note or a file that whoever acts in the scope wrote or added; `entry` is its key in the
/// conversation. A mark stays in its place, and nothing of what it said: not in the log, not in mail that waits, not in the
/// file store. Doing it again does nothing.
///
/// # Errors
/// [`Error::NotFound`] for what is not there, somebody else's, or nothing of these kinds.
pub async fn delete(
    db: &Db,
    store: &Store,
    scope: &Scope,
    request: RequestId,
    entry: &str,
) -> Result<Deletable> {
    may_work(scope)?;
    let mut tx = db.begin(scope).await?;
    let client = lock::client_of(&mut tx, scope, request).await?;
    let row = lock::find_in(&mut tx, scope, client, request).await?;
    let (deleted, backstage) = find_in(&mut tx, scope, &row, entry).await?;
    let content = match &deleted {
        DeletedEntry::Before(what) => return Ok(*what),
        DeletedEntry::Comment(words) => {
            forget_words_in(&mut tx, scope, &row, words).await?;
            unseen::unquote_in(&mut tx, scope, &row, entry).await?;
            None
        }
        DeletedEntry::File(file) => files::commands::delete_in(&mut tx, scope, client, *file).await?,
    };
    let what = deleted.what();
    let deed = if backstage { "delete_note" } else { what.deed() };
    audit::commands::record_in(
        &mut tx,
        scope,
        NewEntry::done(deed, format!("#{} {}", row.number, row.title)).of(client),
    )
    .await?;
    if !backstage {
        live_hints::publish(&mut tx, scope, client, "request", Some(row.number)).await?;
    }
    tx.commit().await?;
    if let Some(sha256) = content
        && let Err(error) = files::commands::clear_content(db, store, scope.workspace, &sha256).await
    {
        // Nothing names it any more, and what nothing names is cleared within a day.
        tracing::warn!(error.message = %error, "the content of a deleted file could not be removed at once");
    }
    Ok(what)
}

/// Deletes it from the one log of the request that has it; whether that is the backstage.
async fn find_in(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    entry: &str,
) -> Result<(DeletedEntry, bool)> {
    if let Some(deleted) = session::commands::delete_in(tx, scope, row.session, entry).await? {
        return Ok((deleted, false));
    }
    if scope.is_backstage()
        && let Some(deleted) = session::commands::delete_in(tx, scope, row.backstage, entry).await?
    {
        return Ok((deleted, true));
    }
    Err(Error::NotFound)
}

/// A digest of short words tells them to whoever guesses.
async fn forget_words_in(tx: &mut Tx, scope: &Scope, row: &LockedRequest, words: &str) -> Result<()> {
    sqlx::query!(
        "UPDATE said SET words = '' WHERE workspace_id = $1 AND request_id = $2 AND person_id = $3 AND words = $4",
        scope.workspace.0,
        row.id.0,
        scope.person().map(|id| id.0),
        secret::hash(words),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

impl Deletable {
    /// The verb of the audit log.
    fn deed(self) -> &'static str {
        match self {
            Self::Comment => "delete_comment",
            Self::File => "delete_file",
        }
    }
}
