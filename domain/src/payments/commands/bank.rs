use sqlx::types::Json;

use crate::{
    Db, Error, Result, Scope,
    audit::{self, NewEntry},
    live_hints,
    payments::BankDetails,
    workspaces::queries,
};

/// Keeps the account that clients pay to, for invoices from now on.
///
/// # Errors
/// As [`BankDetails::read`]; [`Error::NotFound`] for anyone but an operator.
pub async fn set_bank_details(db: &Db, scope: &Scope, details: BankDetails) -> Result<()> {
    let details = details.read()?;
    let settings = queries::settings(db, scope).await?;
    let mut sender = settings.sender;
    sender.bank = details.text();
    let printed = sender.printed(&settings.name);
    let mut tx = db.begin(scope).await?;
    let changed = sqlx::query!(
        "UPDATE workspace SET bill_from = $2, bill_sender = $3 WHERE id = $1",
        scope.workspace.0,
        printed,
        Json(&sender) as _,
    )
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() != 1 {
        return Err(Error::NotFound);
    }
    live_hints::publish_to_desk(&mut tx, scope, "workspace").await?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("change_bank_details", settings.name)).await?;
    tx.commit().await
}
