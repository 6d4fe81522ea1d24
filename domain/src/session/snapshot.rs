//! The fold of a session as the database keeps it, for what the log no longer holds.

use uuid::Uuid;

use super::{Body, Reading};
use crate::{Error, Result, Scope, Tx, ids::ClientId};

/// How the fold is written now. Whoever changes what [`Reading`] looks like as JSON raises it and goes on reading what
/// was written before.
const VERSION: i32 = 1;

/// How one is written that holds a mark of something deleted, which whoever wrote version 1 first cannot read.
const MARKED: i32 = 2;

pub(super) async fn load_in(tx: &mut Tx, scope: &Scope, stream: Uuid) -> Result<Option<Reading>> {
    let found = sqlx::query!(
        "SELECT version, fold FROM session_fold WHERE workspace_id = $1 AND stream_id = $2",
        scope.workspace.0,
        stream,
    )
    .fetch_optional(tx.conn())
    .await?;
    found.map(|row| parse(row.version, &row.fold)).transpose()
}

fn parse(version: i32, fold: &str) -> Result<Reading> {
    let broken = |why: String| Error::Broken(format!("the fold of a session, version {version}: {why}"));
    match version {
        VERSION | MARKED => serde_json::from_str(fold).map_err(|error| broken(error.to_string())),
        _ => Err(broken("not known here".to_owned())),
    }
}

/// Stores a fold, unless one that goes as far is there.
pub(super) async fn store_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    stream: Uuid,
    reading: &Reading,
) -> Result<()> {
    let fold = serde_json::to_string(reading).map_err(|error| Error::Broken(error.to_string()))?;
    let (next, now) = (reading.next.cast_signed(), tx.now());
    sqlx::query!(
        "INSERT INTO session_fold (workspace_id, client_id, stream_id, next_offset, version, fold, folded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (workspace_id, stream_id) DO UPDATE SET next_offset = excluded.next_offset,
             version = excluded.version, fold = excluded.fold, folded_at = excluded.folded_at
         WHERE session_fold.next_offset < excluded.next_offset",
        scope.workspace.0,
        client.0,
        stream,
        next,
        version(reading),
        fold,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Puts a fold in the place of the one that goes as far.
pub(super) async fn replace_in(tx: &mut Tx, scope: &Scope, stream: Uuid, reading: &Reading) -> Result<()> {
    let fold = serde_json::to_string(reading).map_err(|error| Error::Broken(error.to_string()))?;
    let (next, now) = (reading.next.cast_signed(), tx.now());
    sqlx::query!(
        "UPDATE session_fold SET version = $4, fold = $5, folded_at = $6
         WHERE workspace_id = $1 AND stream_id = $2 AND next_offset = $3",
        scope.workspace.0,
        stream,
        next,
        version(reading),
        fold,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn version(reading: &Reading) -> i32 {
    let marked = reading.conversation.entries.iter().any(|entry| matches!(entry.body, Body::Deleted { .. }));
    if marked { MARKED } else { VERSION }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the first version wrote is read for ever.
    #[test]
    fn the_first_version_reads() {
        let kept = r#"{"conversation":{"entries":[
            {"key":"e1","author":{"kind":"agent","id":"j","name":"Juno"},"at":5,"type":"words","text":"Dear","writing":false},
            {"key":"e2","author":{"kind":"person","id":"r","name":"Rosa"},"at":6,"second":true,"type":"stop",
             "control":"ctl_00000000000000000000000000000003","outcome":{"outcome":"done","reason":""}}],
            "run":{"id":"run_00000000000000000000000000000001","attempt":1,"state":"completed","agent":"Juno","rehearsal":false},
            "column":"done"},"next":7,"changed":[6,7]}"#;
        let reading = parse(1, kept).unwrap();
        assert_eq!((reading.next, reading.changed.as_slice()), (7, &[6, 7][..]));
        let written: serde_json::Value = serde_json::to_value(&reading).unwrap();
        let mut expected: serde_json::Value = serde_json::from_str(kept).unwrap();
        // What it did not know of.
        expected["conversation"]["run"]["from"] = 0.into();
        assert_eq!(written, expected);
        assert_eq!(parse(MARKED, kept).unwrap(), reading);
        assert!(parse(MARKED + 1, kept).is_err());
    }
}
