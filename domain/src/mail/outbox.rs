//! What the sender and the outbox page need of the mail that waits. All of it is the server's own work.

use chrono::{DateTime, Duration, Utc};

use super::{MailPaper, MailThread, PaperKind, thread};
use crate::{
    Db, Result, SystemRole,
    ids::{ClientId, MailId, WorkspaceId},
};

/// How many times a mail is tried before it is given up: over about nine hours.
const TRIES: i32 = 9;
/// While one sender tries a mail, no other takes it.
const LEASE: Duration = Duration::minutes(5);

/// A mail to be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueMail {
    pub id: MailId,
    /// Whose name it goes out under: the workspace's sender or name.
    pub sender: String,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    /// Whose it is, and what it carries.
    pub paper: Option<(WorkspaceId, MailPaper)>,
    /// The request that it is about.
    pub thread: Option<MailThread>,
    /// How many tries there have been, this one included.
    pub attempt: i32,
    pub created_at: DateTime<Utc>,
}

/// A mail as the outbox page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub id: MailId,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub created_at: DateTime<Utc>,
}

/// Takes up to `most` mails that are due; each counts as tried, and comes back after a lease unless it is settled.
pub async fn due(db: &Db, most: i64) -> Result<Vec<DueMail>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let rows = sqlx::query!(
        r#"UPDATE mail m SET attempts = attempts + 1, not_before = $3
           FROM (SELECT id FROM mail WHERE state = 'queued' AND not_before <= $1
                 ORDER BY not_before LIMIT $2 FOR UPDATE SKIP LOCKED) taken
           WHERE m.id = taken.id
           RETURNING m.id, m.recipient, m.subject, m.body, m.attempts, m.created_at, m.workspace_id, m.client_id,
                     m.paper AS "paper: PaperKind", m.paper_id, coalesce(
               (SELECT coalesce(nullif(w.sender, ''), w.name) FROM workspace w WHERE w.id = m.workspace_id), '') AS "sender!""#,
        now,
        most,
        now + LEASE,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let mail = rows.into_iter().map(|row| DueMail {
        id: MailId(row.id),
        sender: row.sender,
        recipient: row.recipient,
        subject: row.subject,
        thread: thread::of(row.client_id.map(ClientId), &row.body),
        body: row.body,
        paper: row
            .workspace_id
            .map(WorkspaceId)
            .zip(row.paper.zip(row.paper_id).map(|(kind, id)| MailPaper::of(kind, id))),
        attempt: row.attempts,
        created_at: row.created_at,
    });
    Ok(mail.collect())
}

/// The mail server took it.
pub async fn mark_sent(db: &Db, id: MailId) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    sqlx::query!("UPDATE mail SET state = 'sent', sent_at = $2, last_error = '' WHERE id = $1", id.0, now)
        .execute(tx.conn())
        .await?;
    tx.commit().await
}

/// It did not. Tried again later, each time after twice as long, unless the refusal is for good or the tries are used
/// up; answers whether it is given up.
pub async fn mark_failed(db: &Db, mail: &DueMail, why: &str, for_good: bool) -> Result<bool> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let given_up = for_good || mail.attempt >= TRIES;
    let again = tx.now() + wait(mail.attempt);
    sqlx::query!(
        "UPDATE mail SET state = CASE WHEN $3 THEN 'failed' ELSE 'queued' END, not_before = $4, last_error = $2
         WHERE id = $1 AND state = 'queued'",
        mail.id.0,
        why.chars().take(500).collect::<String>(),
        given_up,
        again,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(given_up)
}

/// One minute after the first try, then doubling, up to four hours.
fn wait(attempt: i32) -> Duration {
    let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(8);
    Duration::minutes(1_i64 << doublings).min(Duration::hours(4))
}

/// The newest mails, for the outbox page of a trial on one's own machine.
pub async fn list(db: &Db, most: i64) -> Result<Vec<Letter>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let rows = sqlx::query!(
        "SELECT id, recipient, subject, body, created_at FROM mail ORDER BY created_at DESC, id DESC LIMIT $1",
        most,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let letters = rows.into_iter().map(|row| Letter {
        id: MailId(row.id),
        recipient: row.recipient,
        subject: row.subject,
        body: row.body,
        created_at: row.created_at,
    });
    Ok(letters.collect())
}

/// Clears away what was sent or given up a month ago: bodies hold names and links.
pub async fn clear(db: &Db) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let old = tx.now() - Duration::days(30);
    sqlx::query!("DELETE FROM mail WHERE created_at < $1", old).execute(tx.conn()).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_longer_until_a_limit() {
        let minutes: Vec<i64> = (1..=9).map(|attempt| wait(attempt).num_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 240]);
    }
}
