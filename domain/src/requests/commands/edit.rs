use super::{BRIEF, TITLE, line, may_work, text};
use crate::{
    Db, Error, FieldErrors, Result, Scope,
    ids::RequestId,
    requests::{Column, clock, hold},
    session::{Author, Part},
};

/// Changes title and brief of a request that has not been started.
///
/// # Errors
/// Fields `title` and `brief`; [`Error::Refused`] once it has been started.
pub async fn edit(db: &Db, scope: &Scope, request: RequestId, title: &str, brief: &str) -> Result<()> {
    may_work(scope)?;
    let mut errors = FieldErrors::new();
    let title = line(&mut errors, "title", title, TITLE, "Give it a title, so that everyone can find it.");
    let brief = text(&mut errors, "brief", brief, BRIEF, "Say what you need: a few sentences will do.");
    errors.check()?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = hold::hold_request_in(&mut tx, scope, request).await?;
    row.still_wanted()?;
    if !matches!(row.column, Column::Backlog | Column::UpNext) {
        return Err(Error::refused(
            "It has been started already. Write what should change in the conversation.",
        ));
    }
    let done = sqlx::query!(
        "UPDATE request SET title = $4, brief = $5 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        scope.workspace.0,
        held.client.0,
        request.0,
        title,
        brief,
    )
    .execute(tx.conn())
    .await?;
    clock::one_row(done.rows_affected())?;
    row.say(&mut tx, &Author::of(scope), [Part::DataAsked { title, brief }]).await?;
    held.changed(&mut tx, scope, "request", row.number).await?;
    tx.commit().await
}
