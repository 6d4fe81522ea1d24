use crate::{
    Db, Error, Result, Scope,
    ids::InvoiceId,
    payments::{PaymentUrls, Providers, provider::CheckoutPage},
};

/// Opens a page of the provider's to pay what is left of an invoice. An open one of the same amount is shown again.
///
/// # Errors
/// [`Error::Refused`] where it is not to be paid, or no card is taken; [`Error::NotFound`] for those who may not pay it.
pub async fn open_checkout(
    _db: &Db,
    scope: &Scope,
    _providers: &dyn Providers,
    _invoice: InvoiceId,
    _urls: &PaymentUrls,
) -> Result<CheckoutPage> {
    crate::payments::may_pay(scope)?;
    Err(Error::refused("Cards aren’t accepted here right now. Please pay by bank transfer."))
}
