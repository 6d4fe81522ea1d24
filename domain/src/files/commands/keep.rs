use super::add;
use crate::{
    Db, Result, Scope,
    files::{
        FileKind, NewFile,
        store::{Incoming, Key, Store},
    },
    ids::{FileId, RequestId},
};

/// What is known of a file that has come.
#[derive(Clone, Debug)]
pub struct ArrivedFile {
    pub name: String,
    pub kind: FileKind,
    /// None for one that is added before its request is asked for.
    pub request: Option<RequestId>,
}

/// Keeps a file that has come: its bytes in the store, then its row.
///
/// # Errors
/// As [`add`], and the store's.
pub async fn keep(
    db: &Db,
    store: &Store,
    scope: &Scope,
    mut incoming: Incoming,
    arrived: ArrivedFile,
) -> Result<FileId> {
    let stored = incoming.keep(store, scope.workspace).await?;
    let key = Key::content(scope.workspace, &stored.sha256)?;
    let new = NewFile {
        name: arrived.name,
        media_type: arrived.kind.media_type.to_owned(),
        label: arrived.kind.label.to_owned(),
        is_text: arrived.kind.text,
        bytes: stored.bytes,
        sha256: stored.sha256,
        request: arrived.request,
    };
    let id = add(db, scope, new).await?;
    // The same content may have been there from before and have been cleared while its row was written.
    if !store.exists(&key).await? {
        incoming.keep(store, scope.workspace).await?;
    }
    Ok(id)
}
