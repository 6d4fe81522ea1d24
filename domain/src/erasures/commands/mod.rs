//! Setting a client's erasure and calling it off, and the server's work of carrying it out.

mod carry_out;
mod content;
mod expire;
mod people;
mod rows;

pub use carry_out::carry_out_due;
#[cfg(test)]
pub(super) use carry_out::{begin, due};
#[cfg(test)]
pub(super) use content::streams;
pub use expire::expire_invoices;

use chrono::{DateTime, Utc};

use super::{GRACE, queries::due_in};
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    audit::{self, NewEntry},
    clients,
    ids::ClientId,
    live_hints, mail,
    requests::lock::{self, LockedBoard},
    scope::operators_only,
};

const NOT_THE_NAME: &str = "This isn’t the company’s name. Type it exactly as it’s written above.";

/// Sets that a client is erased in [`GRACE`], and says so to its owners. `name`: the client's name, typed by whoever sets
/// it. Set before, it stays as it is. Answers when it is carried out.
///
/// # Errors
/// Field `name` where it is another; [`Error::Refused`] for a client that is not archived; [`Error::NotFound`], also for
/// anyone but an operator.
pub async fn schedule(db: &Db, scope: &Scope, client: ClientId, name: &str) -> Result<DateTime<Utc>> {
    let person = scope.person().ok_or(Error::NotFound)?;
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let held = lock::lock_board(&mut tx, scope, client).await?;
    if !held.archived {
        return Err(Error::refused(format!(
            "{} isn’t archived. Archive it first, then you can erase it.",
            held.client_name
        )));
    }
    if name.split_whitespace().ne(held.client_name.split_whitespace()) {
        return Err(Error::Fields(FieldErrors::one("name", NOT_THE_NAME)));
    }
    if let Some(due_at) = due_in(&mut tx, scope, client).await? {
        return Ok(due_at);
    }
    let (now, due_at) = (tx.now(), tx.now() + GRACE);
    sqlx::query!(
        "INSERT INTO client_erasure (workspace_id, client_id, asked_by, asked_at, due_at) VALUES ($1, $2, $3, $4, $5)",
        scope.workspace.0,
        client.0,
        person.0,
        now,
        due_at,
    )
    .execute(tx.conn())
    .await?;
    mail_owners_in(&mut tx, scope, &held, due_at).await?;
    note_in(&mut tx, scope, &held, "schedule_erasure").await?;
    tx.commit().await?;
    Ok(due_at)
}

/// Calls it off: the client stays as it is, archived. One that nothing was set for stays as well.
///
/// # Errors
/// [`Error::Refused`] once it has begun; [`Error::NotFound`], also for anyone but an operator.
pub async fn cancel(db: &Db, scope: &Scope, client: ClientId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let held = lock::lock_board(&mut tx, scope, client).await?;
    if due_in(&mut tx, scope, client).await?.is_none() {
        return Ok(());
    }
    let called_off = sqlx::query!(
        "DELETE FROM client_erasure WHERE workspace_id = $1 AND client_id = $2 AND begun_at IS NULL",
        scope.workspace.0,
        client.0,
    )
    .execute(tx.conn())
    .await?;
    if called_off.rows_affected() == 0 {
        return Err(Error::refused("It’s too late to keep this client. Erasing it has begun."));
    }
    let body = "Your data here won’t be erased after all. Everything stays as it was.\n";
    mail::commands::queue_to_owners_in(&mut tx, scope, client, "Your data stays", body).await?;
    note_in(&mut tx, scope, &held, "cancel_erasure").await?;
    tx.commit().await
}

async fn note_in(tx: &mut Tx, scope: &Scope, held: &LockedBoard, what: &str) -> Result<()> {
    let entry = NewEntry::done(what, held.client_name.as_str()).of(held.client);
    audit::commands::record_in(tx, scope, entry).await?;
    live_hints::publish(tx, scope, held.client, "client", None).await
}

async fn mail_owners_in(tx: &mut Tx, scope: &Scope, held: &LockedBoard, due_at: DateTime<Utc>) -> Result<()> {
    let row = sqlx::query!(
        r#"SELECT w.name, c.archived_at AS "archived_at!", c.closed_at
           FROM client c JOIN workspace w ON w.id = c.workspace_id WHERE c.workspace_id = $1 AND c.id = $2"#,
        scope.workspace.0,
        held.client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let readable_until = due_at.min(row.archived_at + clients::commands::READABLE);
    let download = if row.closed_at.is_none() && readable_until > tx.now() {
        format!(
            "Until {} you can sign in and download what is yours:\n\n{{link:/portal}}",
            mail::time(readable_until)
        )
    } else {
        "If you want a copy of what is yours, ask us before then.".to_owned()
    };
    let (name, client) = (mail::plain(&row.name), mail::plain(&held.client_name));
    let body = format!(
        "{name} is going to erase everything of {client} here on {}: requests, conversations, files, notes, and the accounts \
         of people who use nothing else here. Invoices stay as long as the law asks for.\n\n{download}\n\n{name}\n",
        mail::time(due_at),
    );
    mail::commands::queue_to_owners_in(
        tx,
        scope,
        held.client,
        &format!("Your data at {name} is going to be erased"),
        &body,
    )
    .await
}
