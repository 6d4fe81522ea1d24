use crate::{
    Db, Error, Result, Scope,
    payments::{ChargeOutcome, Providers},
};

/// Reads a page to pay on, a card's page or a charge anew, by its reference, and acts on it: for the page one comes back to.
///
/// # Errors
/// [`Error::NotFound`] for a reference that is nothing of the scope's; [`Error::Refused`] where the provider does not answer.
pub async fn look_again(
    _db: &Db,
    scope: &Scope,
    _providers: &dyn Providers,
    _reference: &str,
) -> Result<ChargeOutcome> {
    crate::payments::may_pay(scope)?;
    Err(Error::refused("Cards aren’t accepted here right now. Please pay by bank transfer."))
}
