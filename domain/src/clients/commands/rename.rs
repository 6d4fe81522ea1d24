use super::create::{hold_workspace_in, name_is_free_in, read_name};
use crate::{
    Db, FieldErrors, Result, Scope,
    audit::{self, NewEntry},
    billing::commands::bill_to_in,
    clients::{ClientDetails, room},
    db::one_row,
    ids::ClientId,
    live_hints,
    requests::lock,
    scope::operators_only,
};

/// Changes a client's name, where its next invoices go, and how much it may keep. What was held back for want of an address
/// goes out.
///
/// # Errors
/// Fields `name`, `bill_…` and `room`; [`crate::Error::NotFound`], also for anyone but an operator.
pub async fn rename(db: &Db, scope: &Scope, client: ClientId, details: ClientDetails) -> Result<()> {
    operators_only(scope)?;
    let mut errors = FieldErrors::new();
    let name = read_name(&mut errors, &details.name);
    let billed = details.billed.read(&mut errors);
    let room = room::read(&mut errors, &details.room);
    errors.check()?;
    let mut tx = db.begin(scope).await?;
    let held = lock::lock_board(&mut tx, scope, client).await?;
    hold_workspace_in(&mut tx, scope).await?;
    name_is_free_in(&mut tx, scope, &name, Some(client)).await?;
    let done = sqlx::query!(
        "UPDATE client SET name = $3, files_bytes = $4 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        client.0,
        name,
        room,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    bill_to_in(&mut tx, scope, client, &billed).await?;
    live_hints::publish(&mut tx, scope, client, "client", None).await?;
    let entry = NewEntry::done("edit_client", name.as_str()).of(client);
    audit::commands::record_in(&mut tx, scope, entry.changed(held.client_name, name)).await?;
    tx.commit().await
}
