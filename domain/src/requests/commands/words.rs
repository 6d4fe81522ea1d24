use super::{COMMENT, may_work, operator};
use crate::{
    Db, FieldErrors, Result, Scope, Tx, files,
    ids::{FileId, RequestId},
    live_hints,
    requests::{
        lock::{self, LockedRequest, events},
        unseen::{self, UnseenEntry},
    },
    session::{Author, Part},
};

/// Writes a comment, with or without files, to everyone who follows the request. An agent at work is not steered by
/// it; it reads it when it next reads the conversation.
///
/// # Errors
/// Fields `text` (empty without a file, or too long) and `files`.
pub async fn comment(
    db: &Db,
    scope: &Scope,
    request: RequestId,
    text: &str,
    attached: &[FileId],
) -> Result<()> {
    may_work(scope)?;
    let text = checked(text, !attached.is_empty())?;
    let mut tx = db.begin(scope).await?;
    let client = lock::client_of(&mut tx, scope, request).await?;
    let row = lock::find_in(&mut tx, scope, client, request).await?;
    row.still_wanted()?;
    comment_in(&mut tx, scope, &row, text, attached).await?;
    tx.commit().await
}

/// Writes it within a transaction, with its mark and its mails, whichever way it came.
///
/// # Errors
/// Field `files`.
pub(crate) async fn comment_in(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    text: String,
    attached: &[FileId],
) -> Result<()> {
    let attached = files::commands::attach_in(tx, scope, row, attached).await?;
    let words = (!text.is_empty()).then(|| Part::DataComment { text: text.clone() });
    let count = attached.len();
    let files =
        attached.into_iter().map(|file| Part::DataFile { file: file.id, name: file.name, bytes: file.bytes });
    let events = events(tx.now(), &Author::of(scope), words.into_iter().chain(files));
    let event = events.first().map(|event| event.id.as_str()).unwrap_or_default();
    let wrote = UnseenEntry::Comment { text: &text, files: count, event };
    unseen::write_in(tx, scope, row, &wrote).await?;
    tx.append(row.session, &events).await?;
    live_hints::publish(tx, scope, row.client, "request", Some(row.number)).await
}

/// Writes an internal comment: backstage, for operators and agents alone.
///
/// # Errors
/// Field `text`; [`crate::Error::NotFound`] for everyone but operators.
pub async fn note(db: &Db, scope: &Scope, request: RequestId, text: &str) -> Result<()> {
    operator(scope)?;
    let text = checked(text, false)?;
    let mut tx = db.begin(scope).await?;
    let client = lock::client_of(&mut tx, scope, request).await?;
    let row = lock::find_in(&mut tx, scope, client, request).await?;
    let events = events(tx.now(), &Author::of(scope), [Part::DataComment { text }]);
    tx.append(row.backstage, &events).await?;
    tx.commit().await
}

fn checked(typed: &str, with_files: bool) -> Result<String> {
    let mut errors = FieldErrors::new();
    if with_files && typed.trim().is_empty() {
        return Ok(String::new());
    }
    let text = super::text(&mut errors, "text", typed, COMMENT, "Write a message first.");
    errors.check().map(|()| text)
}
