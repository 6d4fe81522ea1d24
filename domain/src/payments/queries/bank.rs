use crate::{Db, Result, Scope, payments::BankDetails, workspaces::queries};

/// The account that clients of the workspace pay to.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator.
pub async fn bank_details(db: &Db, scope: &Scope) -> Result<BankDetails> {
    Ok(BankDetails::from_text(&queries::settings(db, scope).await?.sender.bank))
}
