//! Who may follow a stream.

use uuid::Uuid;

use crate::{Db, Error, Result, Scope};

/// Settles whether the scope may follow a stream: a session, a board, the desk, a backstage. Postgres decides, by the
/// row-level security of the streams.
///
/// # Errors
/// [`Error::NotFound`] where there is no such stream or it is not theirs to see.
pub async fn may_follow(db: &Db, scope: &Scope, stream: Uuid) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    let found = sqlx::query_scalar!(
        "SELECT id FROM stream WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        stream
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    found.map(|_| ()).ok_or(Error::NotFound)
}
