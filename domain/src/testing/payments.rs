//! A stand-in for a payment provider, in memory. It is no replica of anybody's: it keeps what the trait promises (the same key is the same
//! movement, events say only that something happened) and fails when a test wants it to.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use futures::{FutureExt, future::BoxFuture};

use crate::{
    Clock,
    money::Money,
    payments::{
        AccountSecrets, Providers,
        provider::{
            AccountFact, CardFact, CardSetupInput, ChargeFact, ChargeInput, ChargeState, CheckoutFact,
            CheckoutInput, CheckoutPage, CheckoutState, CustomerInput, Decline, DisputeFact, DisputeState,
            PaymentProvider, ProviderError, ProviderEvent, ProviderObject, RefundFact, RefundInput,
            RefundState,
        },
    },
};

/// How the provider answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StandInMode {
    #[default]
    Works,
    /// It cannot be reached: nothing takes effect.
    Away,
    /// What is asked takes effect, and the answer is lost.
    LosesAnswers,
    Revoked,
}

#[derive(Default)]
struct StandInState {
    mode: StandInMode,
    /// What the next charges come to; those after them succeed.
    next: Vec<ChargeState>,
    charges: BTreeMap<String, ChargeFact>,
    checkouts: BTreeMap<String, (CheckoutFact, CheckoutInput)>,
    refunds: BTreeMap<String, RefundFact>,
    disputes: BTreeMap<String, DisputeFact>,
    events: Vec<ProviderEvent>,
}

/// The provider. Clones are the same one.
#[derive(Clone)]
pub struct StandIn {
    clock: Clock,
    state: Arc<Mutex<StandInState>>,
}

impl Providers for StandIn {
    fn of(&self, _secrets: &AccountSecrets) -> Arc<dyn PaymentProvider> {
        Arc::new(self.clone())
    }
}

impl StandIn {
    pub fn new(clock: Clock) -> Self {
        Self { clock, state: Arc::default() }
    }

    fn with<T>(&self, act: impl FnOnce(&mut StandInState, DateTime<Utc>) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner), self.clock.now())
    }

    /// Has it answer otherwise from now on.
    pub fn set_mode(&self, mode: StandInMode) {
        self.with(|state, _| state.mode = mode);
    }

    /// Has the next charge come to that.
    pub fn next_charge(&self, comes_to: ChargeState) {
        self.with(|state, _| state.next.push(comes_to));
    }

    /// The next charge is declined.
    pub fn decline_next(&self, code: &str, may_retry: bool) {
        self.next_charge(ChargeState::Declined(Decline { code: code.to_owned(), may_retry }));
    }

    /// A person pays on an open page; the charge's reference.
    pub fn pay(&self, checkout: &str) -> String {
        self.with(|state, now| {
            let (page, input) = state.checkouts.get_mut(checkout).expect("the page was opened");
            let reference = format!("ch_{}", input.key);
            page.state = CheckoutState::Complete;
            page.charge = Some(reference.clone());
            let charge = charge(&reference, &input.attempt, input.total, ChargeState::Succeeded, now);
            state.charges.insert(reference.clone(), charge);
            state.record_event("checkout.completed", checkout, now);
            state.record_event("charge.succeeded", &reference, now);
            reference
        })
    }

    /// A charge stands otherwise now: the bank has answered, or the person has.
    pub fn settle(&self, reference: &str, state_now: ChargeState) {
        self.with(|state, now| {
            state.charges.get_mut(reference).expect("it was charged").state = state_now;
            state.record_event("charge.updated", reference, now);
        });
    }

    /// A payer contests a charge.
    pub fn dispute(&self, reference: &str, due_at: DateTime<Utc>) -> String {
        self.with(|state, now| {
            let id = format!("dp_{reference}");
            let amount = state.charges[reference].amount;
            let dispute = DisputeFact {
                reference: id.clone(),
                charge: reference.to_owned(),
                amount,
                reason: "product_not_received".to_owned(),
                state: DisputeState::NeedsResponse,
                due_at: Some(due_at),
            };
            state.disputes.insert(id.clone(), dispute);
            state.record_event("dispute.created", &id, now);
            id
        })
    }

    /// What happened so far.
    pub fn events(&self) -> Vec<ProviderEvent> {
        self.with(|state, _| state.events.clone())
    }

    /// Charges that took money.
    pub fn charged(&self) -> Vec<ChargeFact> {
        let paid = |charge: &&ChargeFact| charge.state == ChargeState::Succeeded;
        self.with(|state, _| state.charges.values().filter(paid).cloned().collect())
    }

    /// Minor units that went back.
    pub fn refunded_minor(&self) -> i64 {
        self.with(|state, _| state.refunds.values().map(|refund| refund.amount.minor).sum())
    }

    /// Does something at the provider: before it where it is away, and without an answer where that is lost.
    fn answer<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut StandInState, DateTime<Utc>) -> Result<T, ProviderError>,
    ) -> BoxFuture<'static, Result<T, ProviderError>> {
        let answer = self.with(|state, now| match state.mode {
            StandInMode::Works => act(state, now),
            StandInMode::Away => Err(ProviderError::Unavailable("away".to_owned())),
            StandInMode::LosesAnswers => {
                act(state, now).and(Err(ProviderError::Unavailable("the answer was lost".to_owned())))
            }
            StandInMode::Revoked => Err(ProviderError::KeyRevoked),
        });
        async move {
            tokio::task::yield_now().await;
            answer
        }
        .boxed()
    }
}

impl StandInState {
    fn record_event(&mut self, kind: &str, object: &str, at: DateTime<Utc>) {
        let id = format!("evt_{}", self.events.len());
        self.events.push(ProviderEvent { id, kind: kind.to_owned(), object: object.to_owned(), at });
    }

    fn find(&self, reference: &str) -> Option<ProviderObject> {
        let charge = || self.charges.get(reference).cloned().map(ProviderObject::Charge);
        let checkout =
            || self.checkouts.get(reference).map(|(fact, _)| ProviderObject::Checkout(fact.clone()));
        let refund = || self.refunds.get(reference).cloned().map(ProviderObject::Refund);
        let dispute = || self.disputes.get(reference).cloned().map(ProviderObject::Dispute);
        let card = || (reference == "pm_4242").then(|| ProviderObject::Card(card()));
        charge().or_else(checkout).or_else(refund).or_else(dispute).or_else(card)
    }
}

/// The one card that everybody has.
fn card() -> CardFact {
    CardFact {
        reference: "pm_4242".to_owned(),
        customer: None,
        brand: "visa".to_owned(),
        last4: "4242".to_owned(),
        exp_month: 12,
        exp_year: 2031,
    }
}

fn charge(
    reference: &str,
    attempt: &str,
    amount: Money,
    state: ChargeState,
    made_at: DateTime<Utc>,
) -> ChargeFact {
    ChargeFact {
        reference: reference.to_owned(),
        attempt: Some(attempt.to_owned()),
        customer: None,
        method: Some("pm_4242".to_owned()),
        amount,
        state,
        fee: None,
        refunded_minor: 0,
        made_at,
    }
}

impl PaymentProvider for StandIn {
    fn account(&self) -> BoxFuture<'_, Result<AccountFact, ProviderError>> {
        self.answer(|_, _| {
            Ok(AccountFact { name: "Northlight".to_owned(), is_live: false, lacks: Vec::new() })
        })
    }

    fn ensure_customer<'a>(
        &'a self,
        customer: &'a CustomerInput,
    ) -> BoxFuture<'a, Result<String, ProviderError>> {
        let reference = format!("cus_{}", customer.client);
        self.answer(|_, _| Ok(reference))
    }

    fn open_checkout<'a>(
        &'a self,
        checkout: &'a CheckoutInput,
    ) -> BoxFuture<'a, Result<CheckoutPage, ProviderError>> {
        let input = checkout.clone();
        self.answer(move |state, _| {
            let reference = format!("cs_{}", input.key);
            let page = CheckoutPage {
                reference: reference.clone(),
                url: format!("https://pay.example/{reference}"),
                expires_at: Some(input.expires_at),
            };
            let fact = CheckoutFact {
                reference: reference.clone(),
                attempt: Some(input.attempt.clone()),
                client: None,
                customer: Some(input.customer.clone()),
                state: CheckoutState::Open,
                charge: None,
                method: None,
            };
            state.checkouts.entry(reference).or_insert((fact, input));
            Ok(page)
        })
    }

    fn open_card_setup<'a>(
        &'a self,
        setup: &'a CardSetupInput,
    ) -> BoxFuture<'a, Result<CheckoutPage, ProviderError>> {
        let reference = format!("seti_{}", setup.key);
        let url = format!("https://pay.example/{reference}");
        self.answer(|_, _| Ok(CheckoutPage { reference, url, expires_at: None }))
    }

    fn close_checkout<'a>(
        &'a self,
        reference: &'a str,
    ) -> BoxFuture<'a, Result<CheckoutFact, ProviderError>> {
        let reference = reference.to_owned();
        self.answer(move |state, _| {
            let (fact, _) = state.checkouts.get_mut(&reference).ok_or(ProviderError::Unknown)?;
            if fact.state == CheckoutState::Open {
                fact.state = CheckoutState::Expired;
            }
            Ok(fact.clone())
        })
    }

    fn charge<'a>(&'a self, input: &'a ChargeInput) -> BoxFuture<'a, Result<ChargeFact, ProviderError>> {
        let input = input.clone();
        self.answer(move |state, now| {
            let reference = format!("ch_{}", input.key);
            if let Some(made) = state.charges.get(&reference) {
                return Ok(made.clone());
            }
            let comes_to = if state.next.is_empty() { ChargeState::Succeeded } else { state.next.remove(0) };
            let made = charge(&reference, &input.attempt, input.amount, comes_to, now);
            state.charges.insert(reference.clone(), made.clone());
            state.record_event("charge.updated", &reference, now);
            Ok(made)
        })
    }

    fn refund<'a>(&'a self, input: &'a RefundInput) -> BoxFuture<'a, Result<RefundFact, ProviderError>> {
        let input = input.clone();
        self.answer(move |state, now| {
            let reference = format!("re_{}", input.key);
            if let Some(made) = state.refunds.get(&reference) {
                return Ok(made.clone());
            }
            let made = RefundFact {
                reference: reference.clone(),
                charge: input.charge,
                refund: Some(input.refund),
                amount: input.amount,
                state: RefundState::Succeeded,
            };
            state.refunds.insert(reference.clone(), made.clone());
            state.record_event("refund.updated", &reference, now);
            Ok(made)
        })
    }

    fn answer_dispute<'a>(
        &'a self,
        reference: &'a str,
        _evidence: &'a str,
    ) -> BoxFuture<'a, Result<DisputeFact, ProviderError>> {
        let reference = reference.to_owned();
        self.answer(move |state, _| {
            let dispute = state.disputes.get_mut(&reference).ok_or(ProviderError::Unknown)?;
            dispute.state = DisputeState::UnderReview;
            Ok(dispute.clone())
        })
    }

    fn read<'a>(&'a self, reference: &'a str) -> BoxFuture<'a, Result<ProviderObject, ProviderError>> {
        let reference = reference.to_owned();
        self.answer(move |state, _| state.find(&reference).ok_or(ProviderError::Unknown))
    }

    fn forget_card<'a>(&'a self, _reference: &'a str) -> BoxFuture<'a, Result<(), ProviderError>> {
        self.answer(|_, _| Ok(()))
    }

    fn events_since(&self, since: DateTime<Utc>) -> BoxFuture<'_, Result<Vec<ProviderEvent>, ProviderError>> {
        self.answer(move |state, _| {
            Ok(state.events.iter().filter(|event| event.at >= since).cloned().collect())
        })
    }
}
