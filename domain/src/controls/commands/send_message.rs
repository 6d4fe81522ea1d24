use super::steer::{checked, steer_in};
use crate::{
    Db, Error, Result, Scope, Tx,
    controls::MessageOutcome,
    ids::RequestId,
    requests::{
        commands::{comment_in, may_work},
        lock::{self, LockedRequest},
    },
    runs, secret,
};

/// The longest id of a message, in characters.
const MESSAGE: usize = 200;

/// Says something in a request's session, as the page's composer does: to the agent whose run has not ended, and to
/// everyone otherwise. `message` is an id of the sender's own making: what is sent again under it is said once.
///
/// # Errors
/// Field `text`; [`Error::Refused`] for the role billing, for a request that was withdrawn, and for other words under
/// an id that was used; [`Error::NotFound`].
pub async fn send_message(
    db: &Db,
    scope: &Scope,
    request: RequestId,
    message: &str,
    words: &str,
) -> Result<MessageOutcome> {
    may_work(scope)?;
    let words = checked(words)?;
    if message.is_empty() || message.chars().count() > MESSAGE || message.contains('\0') {
        return Err(Error::refused("The message needs an id of at most 200 characters."));
    }
    let mut tx = db.begin(scope).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    if !is_first(&mut tx, scope, &row, message, &words).await? {
        return Ok(MessageOutcome::Before);
    }
    row.still_wanted()?;
    let said = match runs::living_in(&mut tx, scope, &row).await? {
        Some(run) => MessageOutcome::Steer(steer_in(&mut tx, scope, &held, &row, Some(&run), words).await?),
        None => {
            comment_in(&mut tx, scope, &row, words, &[]).await?;
            MessageOutcome::Comment
        }
    };
    tx.commit().await?;
    Ok(said)
}

/// Writes down that it is being said, unless it was said before.
async fn is_first(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    message: &str,
    words: &str,
) -> Result<bool> {
    let Some(person) = scope.person() else { return Err(Error::NotFound) };
    let (digest, now) = (secret::hash(words), tx.now());
    let done = sqlx::query!(
        "INSERT INTO said (workspace_id, client_id, request_id, person_id, message, words, said_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        scope.workspace.0,
        row.client.0,
        row.id.0,
        person.0,
        message,
        digest,
        now,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 1 {
        return Ok(true);
    }
    let before = sqlx::query_scalar!(
        "SELECT words FROM said WHERE workspace_id = $1 AND request_id = $2 AND person_id = $3 AND message = $4",
        scope.workspace.0,
        row.id.0,
        person.0,
        message,
    )
    .fetch_one(tx.conn())
    .await?;
    if before == digest {
        return Ok(false);
    }
    Err(Error::refused("Messages can’t be edited. Send a new one instead."))
}
