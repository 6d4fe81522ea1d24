//! Deleting what a person wrote: its event keeps its place, its author and its time, and says no more than that something
//! was deleted. In the log, in the stored fold, and to whoever follows.

use sessions::{Offset, StreamId};

use super::retain;
use crate::{
    Result, Scope, Tx,
    ids::FileId,
    session::{Author, Body, Deletable, Event, Part, Reading, snapshot},
};

/// What was deleted.
#[derive(Debug, PartialEq)]
pub(crate) enum DeletedEntry {
    Comment(String),
    File(FileId),
    /// It had been before; nothing is changed.
    Before(Deletable),
}

impl DeletedEntry {
    /// Of which kind.
    pub(crate) fn what(&self) -> Deletable {
        match self {
            Self::Comment(_) => Deletable::Comment,
            Self::File(_) => Deletable::File,
            Self::Before(what) => *what,
        }
    }
}

/// Deletes a comment or a file from a stream that the scope sees, `entry` being its event; none where the stream has no
/// such thing by whoever acts in the scope. Anything else that people write is a decision, or the order itself, and stays.
pub(crate) async fn delete_in(
    tx: &mut Tx,
    scope: &Scope,
    stream: StreamId,
    entry: &str,
) -> Result<Option<DeletedEntry>> {
    if entry.is_empty() || !entry.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(None);
    }
    retain::wait_turn(tx, stream.0).await?;
    let logged = find_in(tx, stream, entry).await?;
    let fold = snapshot::load_in(tx, scope, stream.0).await?;
    let in_log = logged.as_ref().and_then(|(_, event)| Some((&event.author, of_part(&event.part)?)));
    let in_fold = || {
        let entries = &fold.as_ref()?.conversation.entries;
        let entry = entries.iter().find(|known| known.key == entry)?;
        Some((&entry.author, of_body(&entry.body)?))
    };
    let Some((author, deleted)) = in_log.or_else(in_fold) else { return Ok(None) };
    if scope.person().is_none() || !is_by(author, scope) {
        return Ok(None);
    }
    let what = deleted.what();
    if matches!(deleted, DeletedEntry::Before(_)) {
        return Ok(Some(deleted));
    }
    if let Some(reading) = fold {
        blank_in(tx, scope, stream, entry, what, reading).await?;
    }
    if let Some((behind, event)) = logged {
        let part = Part::DataTombstone { what, deleted: tx.now().timestamp_millis() };
        tx.redact(stream, behind, &Event { part, ..event });
    }
    // Whoever has read it hears of this, and blanks it.
    let part = Part::DataDeletion { of: entry.to_owned(), what };
    let event = Event::new(Author::of(scope), tx.now(), part);
    tx.append(stream, &[event]).await?;
    Ok(Some(deleted))
}

/// The event and the offset behind it.
async fn find_in(tx: &mut Tx, stream: StreamId, entry: &str) -> Result<Option<(Offset, Event)>> {
    // Nothing that was typed can hold a quotation mark that is not escaped.
    let id = format!(r#""event":"{entry}""#);
    let found = sessions::find_in(tx.conn(), stream, &id).await?;
    let mut events = found
        .into_iter()
        .filter_map(|record| Event::from_json(record.json()).ok().map(|event| (record.offset, event)));
    Ok(events.find(|(_, event)| event.id == entry))
}

/// The stored fold without it.
async fn blank_in(
    tx: &mut Tx,
    scope: &Scope,
    stream: StreamId,
    key: &str,
    what: Deletable,
    mut reading: Reading,
) -> Result<()> {
    let deleted = tx.now().timestamp_millis();
    let entries = reading.conversation.entries.iter_mut();
    for entry in entries.filter(|entry| entry.key == key) {
        entry.body = Body::Deleted { what, deleted };
    }
    snapshot::replace_in(tx, scope, stream.0, &reading).await
}

fn is_by(author: &Author, scope: &Scope) -> bool {
    let own = Author::of(scope);
    (author.kind, &author.id) == (own.kind, &own.id)
}

fn of_part(part: &Part) -> Option<DeletedEntry> {
    match part {
        Part::DataComment { text } => Some(DeletedEntry::Comment(text.clone())),
        Part::DataFile { file, .. } => Some(DeletedEntry::File(*file)),
        Part::DataTombstone { what, .. } => Some(DeletedEntry::Before(*what)),
        _ => None,
    }
}

fn of_body(body: &Body) -> Option<DeletedEntry> {
    match body {
        Body::Comment { text } => Some(DeletedEntry::Comment(text.clone())),
        Body::File { file, .. } => Some(DeletedEntry::File(*file)),
        Body::Deleted { what, .. } => Some(DeletedEntry::Before(*what)),
        _ => None,
    }
}
