//! The contract, kept by the calls of this crate.

use chrono::{DateTime, Utc};
use domain::payments::provider::{
    AccountFact, CardSetupInput, ChargeFact, ChargeInput, CheckoutFact, CheckoutInput, CheckoutPage,
    CustomerInput, DisputeFact, PaymentProvider, ProviderError, ProviderEvent, ProviderObject, RefundFact,
    RefundInput,
};
use futures::{FutureExt, TryFutureExt, future::BoxFuture};

use crate::{client::Stripe, failure::Failure};

type Answer<'a, T> = BoxFuture<'a, Result<T, ProviderError>>;

fn boxed<'a, T: 'a>(call: impl Future<Output = Result<T, Failure>> + Send + 'a) -> Answer<'a, T> {
    call.map_err(ProviderError::from).boxed()
}

impl PaymentProvider for Stripe {
    fn account(&self) -> Answer<'_, AccountFact> {
        boxed(self.look_at_account())
    }

    fn ensure_customer<'a>(&'a self, customer: &'a CustomerInput) -> Answer<'a, String> {
        boxed(self.find_or_make_customer(customer))
    }

    fn open_checkout<'a>(&'a self, checkout: &'a CheckoutInput) -> Answer<'a, CheckoutPage> {
        boxed(self.open_page(checkout))
    }

    fn open_card_setup<'a>(&'a self, setup: &'a CardSetupInput) -> Answer<'a, CheckoutPage> {
        boxed(self.open_setup(setup))
    }

    fn close_checkout<'a>(&'a self, reference: &'a str) -> Answer<'a, CheckoutFact> {
        boxed(self.expire_page(reference))
    }

    fn charge<'a>(&'a self, charge: &'a ChargeInput) -> Answer<'a, ChargeFact> {
        boxed(self.charge_card(charge))
    }

    fn refund<'a>(&'a self, refund: &'a RefundInput) -> Answer<'a, RefundFact> {
        boxed(self.give_back(refund))
    }

    fn answer_dispute<'a>(&'a self, reference: &'a str, evidence: &'a str) -> Answer<'a, DisputeFact> {
        boxed(self.submit_evidence(reference, evidence))
    }

    fn read<'a>(&'a self, reference: &'a str) -> Answer<'a, ProviderObject> {
        boxed(self.read_object(reference))
    }

    fn forget_card<'a>(&'a self, reference: &'a str) -> Answer<'a, ()> {
        boxed(self.detach_card(reference))
    }

    fn events_since(&self, since: DateTime<Utc>) -> Answer<'_, Vec<ProviderEvent>> {
        boxed(self.events(since))
    }
}
