use crate::{
    Db, Error, Result, Scope,
    ids::{ClientId, PaymentCardId},
    payments::{PaymentUrls, Providers, provider::CheckoutPage},
};

/// Opens a page of the provider's on which a card is kept, or another takes its place.
///
/// # Errors
/// [`Error::Refused`] where no card is taken; [`Error::NotFound`] for those who may not see the client's bills.
pub async fn open_card_setup(
    _db: &Db,
    scope: &Scope,
    _providers: &dyn Providers,
    _client: ClientId,
    _urls: &PaymentUrls,
) -> Result<CheckoutPage> {
    crate::payments::may_pay(scope)?;
    Err(Error::refused("Cards aren’t accepted here right now. Please pay by bank transfer."))
}

/// Takes a card off file, here and at the provider.
///
/// # Errors
/// [`Error::NotFound`], also for those who may not see the client's bills.
pub async fn forget_card(
    _db: &Db,
    scope: &Scope,
    _providers: &dyn Providers,
    _card: PaymentCardId,
) -> Result<()> {
    crate::payments::may_pay(scope)?;
    Err(Error::refused("Cards aren’t accepted here right now. Please pay by bank transfer."))
}
