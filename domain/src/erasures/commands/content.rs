//! What is large: the streams, and the contents of files.

use sessions::StreamId;

use super::carry_out::ErasureTarget;
use crate::{
    Db, Result,
    files::{
        self,
        store::{Key, Store},
    },
};

/// Erases the client's streams, and what the desk's stream still holds of its people: hints carry the name of whoever caused
/// them. Pages that look at the desk read on from its end.
pub(in crate::erasures) async fn streams(db: &Db, target: ErasureTarget) -> Result<()> {
    db.engine().erase(target.workspace.0, target.client.0).await?;
    let mut tx = db.begin(&target.scope()).await?;
    let desk = sqlx::query_scalar!("SELECT desk_stream FROM workspace WHERE id = $1", target.workspace.0)
        .fetch_one(tx.conn())
        .await?;
    tx.commit().await?;
    let head = db.engine().head(StreamId(desk)).await?;
    db.engine().trim(StreamId(desk), head.next).await?;
    Ok(())
}

/// Erases the client's files, one content at a time; one that another client has as well stays in the store for that one.
pub(super) async fn files(db: &Db, store: &Store, target: ErasureTarget) -> Result<()> {
    let mut tx = db.begin(&target.scope()).await?;
    sqlx::query!(
        "DELETE FROM deliverable_version WHERE workspace_id = $1 AND client_id = $2",
        target.workspace.0,
        target.client.0,
    )
    .execute(tx.conn())
    .await?;
    let contents = sqlx::query_scalar!(
        "SELECT DISTINCT sha256 FROM file WHERE workspace_id = $1 AND client_id = $2 ORDER BY sha256",
        target.workspace.0,
        target.client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    for sha256 in contents {
        content(db, store, target, &sha256).await?;
    }
    Ok(())
}

/// The bytes go before the rows that name them are gone for good: broken off between the two, the rows are found again.
async fn content(db: &Db, store: &Store, target: ErasureTarget, sha256: &str) -> Result<()> {
    let key = Key::content(target.workspace, sha256)?;
    let mut tx = db.begin(&target.scope()).await?;
    files::commands::hold_content_in(&mut tx, &key).await?;
    sqlx::query!(
        "DELETE FROM file WHERE workspace_id = $1 AND client_id = $2 AND sha256 = $3",
        target.workspace.0,
        target.client.0,
        sha256,
    )
    .execute(tx.conn())
    .await?;
    let others = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM file WHERE workspace_id = $1 AND sha256 = $2) AS "others!""#,
        target.workspace.0,
        sha256,
    )
    .fetch_one(tx.conn())
    .await?;
    if !others {
        store.delete(&key).await?;
    }
    tx.commit().await
}

/// Erases what was packed for the client to download. A node that is packing at this moment finds its row gone, and what it
/// wrote is cleared as nobody's.
pub(super) async fn exports(db: &Db, store: &Store, target: ErasureTarget) -> Result<()> {
    let mut tx = db.begin(&target.scope()).await?;
    let objects = sqlx::query_scalar!(
        r#"SELECT object AS "object!" FROM client_export
           WHERE workspace_id = $1 AND client_id = $2 AND object IS NOT NULL"#,
        target.workspace.0,
        target.client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    for key in objects.iter().filter_map(|object| Key::parse(object)) {
        store.delete(&key).await?;
    }
    Ok(())
}
