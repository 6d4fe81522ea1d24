//! Calls of programs that are done once, however often they are sent, and audited in the same transaction.

#[cfg(test)]
mod tests;

use std::future::Future;

use chrono::TimeDelta;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    Db, Error, FieldErrors, Result, Scope, SystemRole, Tx,
    audit::{self, ActedThrough, AuditOutcome, NewEntry},
};

/// The longest key, in characters.
const KEY: usize = 200;
const USED: &str = "This key was already used for a different call. Use a new key for each action.";
/// How long an answer is kept for who asks again.
const KEPT: TimeDelta = TimeDelta::days(30);

/// A call that a program makes.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    pub by: &'a ActedThrough,
    /// The verb, as the audit log has it.
    pub what: &'a str,
    /// The program's own name for the call; none: it is not to be told from others.
    pub key: Option<&'a str>,
    /// Everything that was asked, the key aside.
    pub arguments: &'a Value,
}

/// Does the work in one transaction with its audit entry and its answer. The same call under the same key is answered
/// what the first was, and nothing is done; while the first is still at it, the second waits.
///
/// `work` has a handle of its own: whatever it begins and commits is committed with the rest, or not at all.
///
/// # Errors
/// Field `idempotency_key` for a key that is too long, or was used for another call; otherwise those of the work, which are
/// audited as refused.
pub async fn once<F, W>(db: &Db, scope: &Scope, call: Call<'_>, work: F) -> Result<Value>
where
    F: FnOnce(Db) -> W,
    W: Future<Output = Result<(Value, NewEntry)>>,
{
    let mut tx = db.begin(scope).await?;
    match claim_key(&mut tx, scope, &call).await {
        Ok(None) => {}
        Ok(Some(answer)) => return Ok(answer),
        Err(error) => {
            drop(tx);
            refuse(db, scope, &call, &error).await?;
            return Err(error);
        }
    }
    let (joined, joint) = db.joined(tx);
    match work(joined).await {
        Ok((answer, deed)) => {
            let mut tx = match joint.take() {
                Some(tx) => tx,
                // It found that there was nothing to do, and left without a commit.
                None => {
                    let mut tx = db.begin(scope).await?;
                    if let Some(answer) = claim_key(&mut tx, scope, &call).await? {
                        return Ok(answer);
                    }
                    tx
                }
            };
            tx.enter(scope).await?;
            keep_answer(&mut tx, scope, (&call, &deed), &answer).await?;
            audit::commands::write_in(&mut tx, scope, call.by, &deed).await?;
            tx.commit().await?;
            Ok(answer)
        }
        Err(error) => {
            // Undone before the refusal is written: both would wait for the same rows.
            drop(joint);
            refuse(db, scope, &call, &error).await?;
            Err(error)
        }
    }
}

/// The answer of a call that was made before; it is found by its token, wherever the caller stands by now.
///
/// # Errors
/// Field `idempotency_key`, as [`once`].
pub async fn answered(db: &Db, call: &Call<'_>) -> Result<Option<Value>> {
    let (Some(key), Some(token)) = (call.key, call.by.token) else { return Ok(None) };
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let first =
        sqlx::query!("SELECT asked, answer FROM token_call WHERE token_id = $1 AND key = $2", token.0, key)
            .fetch_optional(tx.conn())
            .await?;
    tx.commit().await?;
    match first {
        Some(first) if first.asked == digest(call) => Ok(Some(first.answer)),
        Some(_) => Err(key_is(USED)),
        None => Ok(None),
    }
}

/// The first answer, where the call was made before.
async fn claim_key(tx: &mut Tx, scope: &Scope, call: &Call<'_>) -> Result<Option<Value>> {
    let (Some(key), Some(token)) = (call.key, call.by.token) else { return Ok(None) };
    if !(1..=KEY).contains(&key.chars().count()) || key.contains('\0') {
        return Err(key_is(&format!("Send a key of 1 to {KEY} characters.")));
    }
    let (asked, now) = (digest(call), tx.now());
    let done = sqlx::query!(
        "INSERT INTO token_call (workspace_id, token_id, key, client_id, asked, answer, called_at)
         VALUES ($1, $2, $3, $4, $5, 'null', $6) ON CONFLICT (workspace_id, token_id, key) DO NOTHING",
        scope.workspace.0,
        token.0,
        key,
        scope.client.map(|id| id.0),
        asked,
        now,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 1 {
        return Ok(None);
    }
    let first = sqlx::query!(
        "SELECT asked, answer FROM token_call WHERE workspace_id = $1 AND token_id = $2 AND key = $3",
        scope.workspace.0,
        token.0,
        key,
    )
    .fetch_optional(tx.conn())
    .await?;
    match first {
        Some(first) if first.asked == asked => Ok(Some(first.answer)),
        _ => Err(key_is("This key was already used for a different call. Use a new key for each action.")),
    }
}

fn key_is(words: &str) -> Error {
    Error::Fields(FieldErrors::one("idempotency_key", words))
}

fn digest(call: &Call<'_>) -> Vec<u8> {
    let mut text = format!("{}\n", call.what);
    spell(call.arguments, &mut text);
    Sha256::digest(text).to_vec()
}

/// The same text for the same value, in whatever order its keys came.
fn spell(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<_> = fields.keys().collect();
            names.sort_unstable();
            for name in names {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                spell(&fields[name], text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            for item in items {
                spell(item, text);
                text.push(',');
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

/// The answer is a client's where the call was about one: it goes when the client is erased.
async fn keep_answer(
    tx: &mut Tx,
    scope: &Scope,
    (call, deed): (&Call<'_>, &NewEntry),
    answer: &Value,
) -> Result<()> {
    let (Some(key), Some(token)) = (call.key, call.by.token) else { return Ok(()) };
    sqlx::query!(
        "UPDATE token_call SET answer = $4, client_id = coalesce(client_id, $5)
         WHERE workspace_id = $1 AND token_id = $2 AND key = $3",
        scope.workspace.0,
        token.0,
        key,
        answer,
        deed.client.map(|id| id.0),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What was refused is in the log too; what failed for want of a database is not.
async fn refuse(db: &Db, scope: &Scope, call: &Call<'_>, error: &Error) -> Result<()> {
    let why = match error {
        Error::NotFound => "That no longer exists.".to_owned(),
        Error::Refused(why) => why.clone(),
        Error::Fields(fields) => {
            fields.iter().map(|(field, words)| format!("{field}: {words}")).collect::<Vec<_>>().join(" ")
        }
        _ => return Ok(()),
    };
    let deed = NewEntry::done(call.what, "").with_outcome(AuditOutcome::Refused, why);
    audit::commands::write(db, scope, call.by, &deed).await
}

/// Forgets calls that nobody sends again.
pub async fn clear(db: &Db) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let before = tx.now() - KEPT;
    sqlx::query!("DELETE FROM token_call WHERE called_at < $1", before).execute(tx.conn()).await?;
    tx.commit().await
}
