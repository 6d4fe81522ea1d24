use super::{BRIEF, TITLE, line, may_work, text};
use crate::{
    Db, Error, FieldErrors, Result, Scope,
    db::one_row,
    ids::RequestId,
    requests::{Column, lock},
    session::{Author, Part},
};

/// Changes title and brief of a request that has not been started.
///
/// # Errors
/// Fields `title` and `brief`; [`Error::Refused`] once it has been started.
pub async fn edit(db: &Db, scope: &Scope, request: RequestId, title: &str, brief: &str) -> Result<()> {
    may_work(scope)?;
    let mut errors = FieldErrors::new();
    let title = line(&mut errors, "title", title, TITLE, "Add a title so everyone can find it.");
    let brief = text(&mut errors, "brief", brief, BRIEF, "Tell us what you need. A few sentences is plenty.");
    errors.check()?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    row.still_wanted()?;
    if !matches!(row.column, Column::Backlog | Column::UpNext) {
        return Err(Error::refused(
            "Work has already started. Post your change in the conversation instead.",
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
    one_row(done.rows_affected())?;
    row.append(&mut tx, &Author::of(scope), [Part::DataAsked { title, brief }]).await?;
    held.changed(&mut tx, scope, "request", row.number).await?;
    tx.commit().await
}
