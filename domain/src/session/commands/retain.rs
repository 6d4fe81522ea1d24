//! Dropping what is old from sessions, once it is folded.
//!
//! A session is folded up to the last moment before the retention at which nothing was at work: no run open, no text
//! being written. The fold is committed before any event goes, so that whoever reads finds the one or the other. What
//! comes later is left alone, and so is a session with a run that has not ended.

use chrono::{DateTime, TimeDelta, Utc};
use sessions::{Error, Offset, StreamId};
use uuid::Uuid;

use crate::{
    Db, Result, Scope, SystemRole, Tx,
    ids::ClientId,
    session::{Body, Reading, snapshot},
};

/// Sessions that are looked for at a time.
const SOME: i64 = 100;

/// Events that are read at a time.
const PAGE: u32 = 1_000;

/// Events that are dropped at a time: while they are, the session takes no others.
const PIECE: u64 = 1_000;

/// Folds what is older than `keep` in every session, and drops it from the log. Answers how many sessions were
/// shortened. Several servers may do it at once.
///
/// # Errors
/// [`crate::Error::Database`], [`crate::Error::Sessions`]; the sessions that came before are done.
pub async fn retain(db: &Db, keep: TimeDelta) -> Result<u64> {
    let (mut shortened, mut failed) = (0, None);
    let before = db.now() - keep;
    let mut behind = Uuid::nil();
    loop {
        let old = old(db, before, behind).await?;
        let Some(last) = old.last() else { break };
        behind = last.stream;
        for session in &old {
            match shorten(db, session, before).await {
                Ok(was) => shortened += u64::from(was),
                // The others are not to wait for this one.
                Err(error) => failed = Some(error),
            }
        }
    }
    failed.map_or(Ok(shortened), Err)
}

/// A session that may have something to drop.
struct OldSession {
    scope: Scope,
    client: ClientId,
    stream: Uuid,
}

/// The next sessions that began before the retention, hold events and have no run that has not ended.
async fn old(db: &Db, before: DateTime<Utc>, behind: Uuid) -> Result<Vec<OldSession>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let rows = sqlx::query!(
        "SELECT r.workspace_id, r.client_id, r.session_stream
         FROM request r JOIN stream s ON s.workspace_id = r.workspace_id AND s.id = r.session_stream
         WHERE r.session_stream > $1 AND r.created_at < $2 AND s.earliest_offset < s.next_offset
           AND NOT EXISTS (
               SELECT FROM run n WHERE n.workspace_id = r.workspace_id AND n.client_id = r.client_id
                   AND n.request_id = r.id AND n.state IN ('queued', 'working', 'suspended'))
         ORDER BY r.session_stream LIMIT $3",
        behind,
        before,
        SOME,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let session = rows.into_iter().map(|row| {
        let client = ClientId(row.client_id);
        let scope = Scope::of_row(row.workspace_id, row.client_id);
        OldSession { scope, client, stream: row.session_stream }
    });
    Ok(session.collect())
}

/// Folds one session and drops what is folded; whether anything was.
async fn shorten(db: &Db, session: &OldSession, before: DateTime<Utc>) -> Result<bool> {
    let mut tx = db.begin(&session.scope).await?;
    // One server at a time: the other finds it done.
    if !take_turn(&mut tx, session.stream).await? {
        return Ok(false);
    }
    let known = snapshot::load_in(&mut tx, &session.scope, session.stream).await?.unwrap_or_default();
    let was = known.next;
    let quiet = fold(db, session.stream, known, before).await?;
    if quiet.next > was {
        snapshot::store_in(&mut tx, &session.scope, session.client, session.stream, &quiet).await?;
    }
    tx.commit().await?;
    // What an earlier try did not come to drop goes as well.
    drop_before(db, StreamId(session.stream), quiet.next).await
}

/// Holds the session's turn until the transaction ends, unless somebody else has it.
async fn take_turn(tx: &mut Tx, stream: Uuid) -> Result<bool> {
    let taken = sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS "taken!""#,
        lock(stream),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(taken)
}

/// Waits for the session's turn and holds it until the transaction ends: what is folded meanwhile would be folded from
/// what this transaction changes.
pub(super) async fn wait_turn(tx: &mut Tx, stream: Uuid) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(lock(stream))
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn lock(stream: Uuid) -> String {
    format!("session_fold {stream}")
}

/// The session as it read at the last quiet moment of what is older; where it stood if there is none.
async fn fold(db: &Db, stream: Uuid, known: Reading, before: DateTime<Utc>) -> Result<Reading> {
    let mut ahead = Ahead::new(known);
    loop {
        let from = Offset::from_value(ahead.now.next);
        let page = db.engine().read(StreamId(stream), from, PAGE).await?;
        let old = page.records.iter().take_while(|record| record.at < before);
        let taken = old.inspect(|record| ahead.take(record.json())).count();
        if taken < page.records.len() || page.up_to_date {
            return Ok(ahead.quiet);
        }
    }
}

/// A reading that goes ahead of another, which stands where it was quiet last.
struct Ahead {
    now: Reading,
    quiet: Reading,
    /// What lies between the two.
    between: Vec<String>,
}

impl Ahead {
    fn new(known: Reading) -> Self {
        Self { now: known.clone(), quiet: known, between: Vec::new() }
    }

    fn take(&mut self, text: &str) {
        self.now.take(self.now.next, [text]);
        self.between.push(text.to_owned());
        if is_quiet(&self.now) {
            self.quiet.take(self.quiet.next, self.between.iter().map(String::as_str));
            self.between.clear();
        }
    }
}

/// No run is open and no text is being written: whoever works on it next needs nothing but the fold.
fn is_quiet(reading: &Reading) -> bool {
    let conversation = &reading.conversation;
    conversation.run.as_ref().is_none_or(|run| run.state.has_ended())
        && conversation.subs.iter().all(|sub| sub.state.has_ended())
        && !conversation.entries.iter().any(|entry| matches!(entry.body, Body::Words { writing: true, .. }))
}

/// Drops the events before `until`, piece by piece; whether there were any.
async fn drop_before(db: &Db, stream: StreamId, until: u64) -> Result<bool> {
    let head = match db.engine().head(stream).await {
        Err(Error::NotFound | Error::Deleted) => return Ok(false),
        head => head?,
    };
    let mut at = head.earliest.value();
    while at < until {
        let next = until.min(at + PIECE);
        let earliest = db.engine().trim(stream, Offset::from_value(next)).await?;
        if earliest.value() <= at {
            // A fork reads it.
            return Ok(at > head.earliest.value());
        }
        at = earliest.value();
    }
    Ok(at > head.earliest.value())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Author, Event, Part, RunState};

    fn event(part: Part) -> String {
        let run = crate::ids::RunId(Uuid::from_u128(1));
        Event { id: "e".into(), run: None, attempt: None, author: Author::system(), at: 0, part }
            .of_run(run, 1)
            .to_json()
    }

    #[test]
    fn it_is_quiet_where_nothing_is_at_work() {
        let state = |state| event(Part::DataRun { state, failure: None, rehearsal: false });
        let words = event(Part::TextDelta { id: "t".into(), delta: "Dear".into() });
        let comment = event(Part::DataComment { text: "Thanks".into() });
        let mut ahead = Ahead::new(Reading::default());
        let mut quiet_at = Vec::new();
        for text in [
            comment.clone(),
            state(RunState::Queued),
            state(RunState::Working),
            words,
            comment.clone(),
            state(RunState::Completed),
            comment,
            state(RunState::Queued),
        ] {
            ahead.take(&text);
            quiet_at.push(ahead.quiet.next);
        }
        assert_eq!(quiet_at, [1, 1, 1, 1, 1, 6, 7, 7]);
        assert_eq!(ahead.quiet.conversation.entries.len(), 4);
    }
}
