use super::create::{hold_workspace_in, name_is_free_in, read_name};
use crate::{
    Db, FieldErrors, Result, Scope,
    audit::{self, Deed},
    changes,
    ids::ClientId,
    offers::queries::operators_only,
    requests::{clock, hold},
};

/// The longest address on an invoice, in characters.
const BILL_TO: usize = 600;

/// Changes a client's name, and to whom its next invoices go.
///
/// # Errors
/// Fields `name` and `bill_to`; [`crate::Error::NotFound`], also for anyone but an operator.
pub async fn rename(db: &Db, scope: &Scope, client: ClientId, name: &str, bill_to: &str) -> Result<()> {
    operators_only(scope)?;
    let mut errors = FieldErrors::new();
    let name = read_name(&mut errors, name);
    let bill_to = bill_to.replace('\0', "").trim().to_owned();
    if bill_to.chars().count() > BILL_TO {
        errors.add("bill_to", format!("Shorten this to {BILL_TO} characters."));
    }
    errors.check()?;
    let mut tx = db.begin(scope).await?;
    let held = hold::hold_in(&mut tx, scope, client).await?;
    hold_workspace_in(&mut tx, scope).await?;
    name_is_free_in(&mut tx, scope, &name, Some(client)).await?;
    let done = sqlx::query!(
        "UPDATE client SET name = $3, bill_to = $4 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        client.0,
        name,
        bill_to,
    )
    .execute(tx.conn())
    .await?;
    clock::one_row(done.rows_affected())?;
    changes::tell_in(&mut tx, scope, client, "client", None).await?;
    let deed = Deed::done("edit_client", name.as_str()).of(client);
    audit::done_in(&mut tx, scope, deed.changed(held.client_name, name)).await?;
    tx.commit().await
}
