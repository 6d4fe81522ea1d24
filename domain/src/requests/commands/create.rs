use sessions::{NewStream, StreamId, Tenant};

use super::{BRIEF, TITLE, line, may_work, start_next_held, text};
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    db::one_row,
    files,
    ids::{ClientId, PersonId, RequestId},
    requests::{
        Column, NewRequest,
        lock::{self, LockedBoard, LockedRequest},
        position,
    },
    session::{Author, Part},
    webhooks::{self, EventKind},
};

/// Asks for work, and starts it where a place is free. Answers the request's number; the same form sent again answers
/// the number that it was given first.
///
/// An operator asks in a client's name with [`Scope::within`].
///
/// # Errors
/// Fields `title`, `brief` and `files`; [`Error::Refused`] for the role billing and for a client that has left.
pub async fn create(db: &Db, scope: &Scope, new: NewRequest) -> Result<u64> {
    may_work(scope)?;
    let (Some(client), Some(person)) = (scope.client, scope.person()) else { return Err(Error::NotFound) };
    let new = checked(new)?;
    let mut tx = db.begin(scope).await?;
    let held = lock::lock_board(&mut tx, scope, client).await?;
    if let Some(number) = made_before(&mut tx, scope, client, new.form_key.as_deref()).await? {
        return Ok(number);
    }
    if held.archived {
        return Err(Error::refused(
            "This client is archived, so you can’t add requests. Restore the client first.",
        ));
    }
    let row = insert(&mut tx, scope, &held, person, &new).await?;
    append_ask(&mut tx, scope, &row, &new).await?;
    held.changed(&mut tx, scope, "request", row.number).await?;
    webhooks::commands::enqueue(&mut tx, scope, EventKind::RequestCreated, row.webhook_data()).await?;
    start_next_held(&mut tx, scope, &held, None).await?;
    tx.commit().await?;
    Ok(row.number)
}

fn checked(new: NewRequest) -> Result<NewRequest> {
    let mut errors = FieldErrors::new();
    let title = line(&mut errors, "title", &new.title, TITLE, "Add a title so everyone can find it.");
    let brief =
        text(&mut errors, "brief", &new.brief, BRIEF, "Tell us what you need. A few sentences is plenty.");
    errors.check()?;
    Ok(NewRequest { title, brief, ..new })
}

/// The number that the same form made, under the client's hold: a second click waits for the first one's end.
async fn made_before(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    form_key: Option<&str>,
) -> Result<Option<u64>> {
    let Some(form_key) = form_key else { return Ok(None) };
    let number = sqlx::query_scalar!(
        "SELECT number FROM request WHERE workspace_id = $1 AND client_id = $2 AND form_key = $3",
        scope.workspace.0,
        client.0,
        form_key,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(number.map(i64::cast_unsigned))
}

async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    person: PersonId,
    new: &NewRequest,
) -> Result<LockedRequest> {
    let column = if new.queue { Column::UpNext } else { Column::Backlog };
    let row = LockedRequest {
        id: RequestId::new(),
        client: held.client,
        number: take_number(tx, scope, held).await?,
        title: new.title.clone(),
        column,
        priority: new.priority,
        position: position::end_of_group_in(tx, scope, held.client, column, new.priority).await?,
        session: stream(tx, scope, held.client, "session").await?,
        backstage: stream(tx, scope, held.client, "backstage").await?,
        agent: None,
        cycle_hours: None,
        revisions_used: 0,
        withdrawn: false,
    };
    sqlx::query!(
        "INSERT INTO request (id, workspace_id, client_id, number, title, brief, priority, board_column, position,
                              asked_by, session_stream, backstage_stream, created_at, moved_at, form_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)",
        row.id.0,
        scope.workspace.0,
        held.client.0,
        held.next_number,
        new.title,
        new.brief,
        new.priority.as_str(),
        column.as_str(),
        row.position,
        person.0,
        row.session.0,
        row.backstage.0,
        tx.now(),
        new.form_key,
    )
    .execute(tx.conn())
    .await?;
    Ok(row)
}

/// The counter is a column under the client's lock, so that a rollback gives its number back.
async fn take_number(tx: &mut Tx, scope: &Scope, held: &LockedBoard) -> Result<u64> {
    let done = sqlx::query!(
        "UPDATE client SET next_request_number = next_request_number + 1 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        held.client.0,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    Ok(held.next_number.cast_unsigned())
}

async fn stream(tx: &mut Tx, scope: &Scope, client: ClientId, kind: &'static str) -> Result<StreamId> {
    let id = StreamId::generate();
    let tenant = Tenant { workspace: scope.workspace.0, client: Some(client.0) };
    let backstage = kind == "backstage";
    if backstage {
        // Whoever asks makes both streams, and most who ask may not see this one.
        tx.enter(&Scope::system(scope.workspace).within(client)).await?;
    }
    let now = tx.now();
    let made = sessions::create_in(tx.conn(), &NewStream { id, tenant, kind, backstage }, now).await;
    if backstage {
        tx.enter(scope).await?;
    }
    made?;
    Ok(id)
}

async fn append_ask(tx: &mut Tx, scope: &Scope, row: &LockedRequest, new: &NewRequest) -> Result<()> {
    let mut parts = vec![Part::DataAsked { title: new.title.clone(), brief: new.brief.clone() }];
    let attached = files::commands::attach_in(tx, scope, row, &new.files).await?;
    parts.extend(attached.into_iter().map(|file| Part::DataFile {
        file: file.id,
        name: file.name,
        bytes: file.bytes,
    }));
    row.append(tx, &Author::of(scope), parts).await
}
