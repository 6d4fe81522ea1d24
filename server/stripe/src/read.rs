//! Objects as they are now, and what they say in the portal's words.

use domain::payments::provider::{
    CardFact, ChargeFact, ChargeInput, ChargeState, CheckoutFact, CheckoutState, Decline, DisputeFact,
    DisputeState, ProviderError, ProviderObject, RefundFact, RefundState,
};

use crate::{
    client::Stripe,
    failure::{CardError, Failure},
    form::Form,
    moves::unreadable,
    objects::{
        Charge, Dispute, PaymentIntent, PaymentMethod, Ref, Refund, Session, id_of, instant, money, noted,
    },
};

/// Words of banks after which another try with the same card is of no use.
const FINAL: [&str; 22] = [
    "card_not_supported",
    "currency_not_supported",
    "expired_card",
    "incorrect_address",
    "incorrect_cvc",
    "incorrect_number",
    "incorrect_zip",
    "invalid_account",
    "invalid_amount",
    "invalid_cvc",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
    "lost_card",
    "merchant_blacklist",
    "new_account_information_available",
    "pickup_card",
    "restricted_card",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "stolen_card",
    "stop_payment_order",
];

impl Stripe {
    pub(crate) async fn read_object(&self, reference: &str) -> Result<ProviderObject, Failure> {
        let is_plain = reference.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let (prefix, _) = reference.split_once('_').unwrap_or_default();
        if !is_plain {
            return Ok(ProviderObject::Other);
        }
        match prefix {
            "cs" => Ok(ProviderObject::Checkout(self.read_checkout(reference).await?)),
            "pi" => self.read_charge(reference).await,
            "ch" | "py" => match self.intent_of(reference).await? {
                Some(intent) => self.read_charge(&intent).await,
                None => Ok(ProviderObject::Other),
            },
            "re" | "pyr" => self.read_refund(reference).await,
            "dp" | "du" => self.read_dispute(reference).await,
            "pm" => self.read_card(reference).await,
            _ => Ok(ProviderObject::Other),
        }
    }

    pub(crate) async fn read_checkout(&self, reference: &str) -> Result<CheckoutFact, Failure> {
        let query = Form::default().with("expand[0]", "payment_intent").with("expand[1]", "setup_intent");
        let path = format!("/v1/checkout/sessions/{reference}");
        Ok(checkout(&self.get(&path, &query).await?))
    }

    async fn read_charge(&self, reference: &str) -> Result<ProviderObject, Failure> {
        let path = format!("/v1/payment_intents/{reference}");
        let with = |what: &str| Form::default().with("expand[0]", what);
        let intent: PaymentIntent = match self.get(&path, &with("latest_charge.balance_transaction")).await {
            // What Stripe kept of it is of no weight beside what it is.
            Err(Failure { error: ProviderError::Lacks(_) | ProviderError::Refused(_), .. }) => {
                self.get(&path, &with("latest_charge")).await?
            }
            other => other?,
        };
        Ok(charge(&intent).map_or(ProviderObject::Other, ProviderObject::Charge))
    }

    async fn read_refund(&self, reference: &str) -> Result<ProviderObject, Failure> {
        let found: Refund = self.get(&format!("/v1/refunds/{reference}"), &Form::default()).await?;
        let intent = self.intent_behind(id_of(found.payment_intent.as_ref()), found.charge.as_ref()).await?;
        Ok(refund(&found, intent).map_or(ProviderObject::Other, ProviderObject::Refund))
    }

    async fn read_dispute(&self, reference: &str) -> Result<ProviderObject, Failure> {
        let found: Dispute = self.get(&format!("/v1/disputes/{reference}"), &Form::default()).await?;
        let intent = self.intent_of_dispute(&found).await?;
        Ok(dispute(&found, intent).map_or(ProviderObject::Other, ProviderObject::Dispute))
    }

    async fn read_card(&self, reference: &str) -> Result<ProviderObject, Failure> {
        let path = format!("/v1/payment_methods/{reference}");
        let found: PaymentMethod = match self.get(&path, &Form::default()).await {
            Ok(found) => found,
            Err(failure) if failure.error == ProviderError::Unknown => {
                return Ok(ProviderObject::CardGone(reference.to_owned()));
            }
            Err(failure) => return Err(failure),
        };
        // One that belongs to nobody can be charged no more.
        if id_of(found.customer.as_ref()).is_none() {
            return Ok(ProviderObject::CardGone(found.id));
        }
        Ok(card(&found).map_or(ProviderObject::Other, ProviderObject::Card))
    }

    pub(crate) async fn intent_of_dispute(&self, dispute: &Dispute) -> Result<Option<String>, Failure> {
        self.intent_behind(id_of(dispute.payment_intent.as_ref()), dispute.charge.as_ref()).await
    }

    /// The intent that an object names, or the one of its charge.
    async fn intent_behind(
        &self,
        intent: Option<String>,
        charge: Option<&Ref<Charge>>,
    ) -> Result<Option<String>, Failure> {
        match (intent, charge) {
            (Some(intent), _) => Ok(Some(intent)),
            (None, Some(charge)) => self.intent_of(&charge.id()).await,
            (None, None) => Ok(None),
        }
    }

    async fn intent_of(&self, charge: &str) -> Result<Option<String>, Failure> {
        let found: Charge = self.get(&format!("/v1/charges/{charge}"), &Form::default()).await?;
        Ok(id_of(found.payment_intent.as_ref()))
    }
}

/// What a page to pay on says of itself.
pub(crate) fn checkout(session: &Session) -> CheckoutFact {
    let is_setup = session.mode.as_deref() == Some("setup");
    let metadata = session.metadata.as_ref();
    let reference = session.client_reference_id.clone();
    let paid = session.payment_intent.as_ref().and_then(Ref::object);
    let kept = session.setup_intent.as_ref().and_then(Ref::object);
    let method = match (kept, paid) {
        (Some(kept), _) => id_of(kept.payment_method.as_ref()),
        (None, Some(paid)) => id_of(paid.payment_method.as_ref()),
        (None, None) => None,
    };
    CheckoutFact {
        reference: session.id.clone(),
        attempt: noted(metadata, "attempt").or_else(|| reference.clone().filter(|_| !is_setup)),
        client: noted(metadata, "client").or_else(|| reference.filter(|_| is_setup)),
        customer: id_of(session.customer.as_ref()),
        state: match session.status.as_deref() {
            Some("complete") => CheckoutState::Complete,
            Some("expired") => CheckoutState::Expired,
            _ => CheckoutState::Open,
        },
        charge: id_of(session.payment_intent.as_ref()),
        method,
    }
}

/// What a charge says of itself; none in a currency that is not known here.
pub(crate) fn charge(intent: &PaymentIntent) -> Option<ChargeFact> {
    let latest = intent.latest_charge.as_ref().and_then(Ref::object);
    let balance = latest.and_then(|charge| charge.balance_transaction.as_ref()?.object());
    let received = intent.amount_received.filter(|_| intent.status == "succeeded").filter(|minor| *minor > 0);
    let tried = intent.last_payment_error.as_ref();
    let failed_method = || tried.and_then(|error| error.method());
    Some(ChargeFact {
        reference: intent.id.clone(),
        attempt: noted(intent.metadata.as_ref(), "attempt"),
        customer: id_of(intent.customer.as_ref()),
        method: id_of(intent.payment_method.as_ref()).or_else(failed_method),
        amount: money(received.unwrap_or(intent.amount), &intent.currency)?,
        state: state(intent),
        fee: balance.and_then(|transaction| money(transaction.fee, &transaction.currency)),
        refunded_minor: latest.map_or(0, |charge| charge.amount_refunded),
        made_at: instant(intent.created)?,
    })
}

fn state(intent: &PaymentIntent) -> ChargeState {
    match intent.status.as_str() {
        "succeeded" => ChargeState::Succeeded,
        "canceled" => ChargeState::Canceled,
        "requires_action" => {
            let redirect = intent.next_action.as_ref().and_then(|next| next.redirect_to_url.as_ref());
            ChargeState::NeedsPerson { url: redirect.and_then(|redirect| redirect.url.clone()) }
        }
        "requires_payment_method" | "requires_confirmation" => match &intent.last_payment_error {
            Some(error) => after(error.decline(), error.advice()),
            // On a page that nobody has paid on yet.
            None => ChargeState::Processing,
        },
        _ => ChargeState::Processing,
    }
}

/// What a bank's no comes to.
fn after(code: String, advice: &str) -> ChargeState {
    if matches!(code.as_str(), "authentication_required" | "authentication_not_handled") {
        return ChargeState::NeedsPerson { url: None };
    }
    let may_retry = match advice {
        "do_not_try_again" | "confirm_card_data" => false,
        "try_again_later" => true,
        _ => !FINAL.contains(&code.as_str()),
    };
    ChargeState::Declined(Decline { code, may_retry })
}

/// A charge that the bank refused, as a fact; anything else stays an error.
pub(crate) fn declined(failure: Failure, input: &ChargeInput) -> Result<ChargeFact, Failure> {
    let Failure { error, code, card } = failure;
    let Some(CardError { code: word, advice, intent }) = card else {
        return Err(Failure { error, code, card: None });
    };
    // An answer that names no charge cannot be told from another one's: it stays a refusal.
    let Some(intent) = intent else { return Err(Failure { error, code, card: None }) };
    let fact = charge(&intent).ok_or_else(unreadable)?;
    Ok(ChargeFact {
        attempt: Some(fact.attempt.unwrap_or_else(|| input.attempt.clone())),
        method: Some(fact.method.unwrap_or_else(|| input.method.clone())),
        state: after(word, &advice),
        ..fact
    })
}

/// What a refund says of itself.
pub(crate) fn refund(refund: &Refund, charge: Option<String>) -> Option<RefundFact> {
    Some(RefundFact {
        reference: refund.id.clone(),
        charge: charge?,
        refund: noted(refund.metadata.as_ref(), "refund"),
        amount: money(refund.amount, &refund.currency)?,
        state: match refund.status.as_deref() {
            Some("succeeded") => RefundState::Succeeded,
            Some("failed" | "canceled") => RefundState::Failed,
            _ => RefundState::Pending,
        },
    })
}

/// What a dispute says of itself.
pub(crate) fn dispute(dispute: &Dispute, charge: Option<String>) -> Option<DisputeFact> {
    Some(DisputeFact {
        reference: dispute.id.clone(),
        charge: charge?,
        amount: money(dispute.amount, &dispute.currency)?,
        reason: dispute.reason.clone().unwrap_or_else(|| "general".to_owned()),
        state: match dispute.status.as_str() {
            "warning_needs_response" | "warning_under_review" => DisputeState::Inquiry,
            "under_review" => DisputeState::UnderReview,
            // An inquiry that came to nothing, and one that never became a dispute.
            "won" | "warning_closed" | "prevented" => DisputeState::Won,
            "lost" => DisputeState::Lost,
            _ => DisputeState::NeedsResponse,
        },
        due_at: dispute.evidence_details.as_ref().and_then(|details| details.due_by).and_then(instant),
    })
}

fn card(method: &PaymentMethod) -> Option<CardFact> {
    let card = method.card.as_ref()?;
    Some(CardFact {
        reference: method.id.clone(),
        customer: id_of(method.customer.as_ref()),
        brand: card.brand.clone().unwrap_or_else(|| "card".to_owned()),
        last4: card.last4.clone().unwrap_or_default(),
        exp_month: card.exp_month,
        exp_year: card.exp_year,
    })
}

/// Whether a call came to nothing because of how the object stands, and not because of the key or the network.
pub(crate) fn is_about_the_object(failure: &Failure) -> bool {
    matches!(failure.error, ProviderError::Unknown | ProviderError::Refused(_))
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn the_latest_charge_comes_as_an_id_or_whole() {
        let base = json!({"id": "pi_1", "amount": 5000, "currency": "eur", "status": "succeeded", "created": 1, "metadata": {"attempt": "try_1"}});
        let mut id = base.clone();
        id["latest_charge"] = json!("ch_1");
        let mut whole = base;
        whole["latest_charge"] = json!({"id": "ch_1", "amount_refunded": 700, "balance_transaction": {"id": "txn_1", "fee": 175, "currency": "eur"}});
        let (id, whole) =
            (charge(&from_value(id).unwrap()).unwrap(), charge(&from_value(whole).unwrap()).unwrap());
        assert_eq!((id.refunded_minor, id.fee), (0, None));
        assert_eq!((whole.refunded_minor, whole.fee.unwrap().minor), (700, 175));
        assert_eq!((id.state, id.attempt.as_deref()), (ChargeState::Succeeded, Some("try_1")));
    }

    #[test]
    fn an_unknown_currency_is_no_charge_of_ours() {
        let intent =
            json!({"id": "pi_1", "amount": 1, "currency": "xyz", "status": "succeeded", "created": 1});
        assert_eq!(charge(&from_value(intent).unwrap()), None);
    }

    #[test]
    fn a_bank_that_wants_to_see_the_person_declines_nothing() {
        assert_eq!(after("authentication_required".to_owned(), ""), ChargeState::NeedsPerson { url: None });
        let retry = |code: &str, advice| match after(code.to_owned(), advice) {
            ChargeState::Declined(decline) => decline.may_retry,
            other => panic!("{other:?}"),
        };
        assert!(retry("insufficient_funds", ""));
        assert!(!retry("stolen_card", ""));
        assert!(!retry("generic_decline", "do_not_try_again"));
        assert!(retry("expired_card", "try_again_later"));
    }

    #[test]
    fn every_state_of_a_dispute_is_one_of_ours() {
        let state = |word: &str| {
            let object = json!({"id": "dp_1", "amount": 5, "currency": "usd", "status": word, "evidence_details": {"due_by": 1796000000}});
            dispute(&from_value(object).unwrap(), Some("pi_1".to_owned())).unwrap().state
        };
        assert_eq!(state("warning_needs_response"), DisputeState::Inquiry);
        assert_eq!(state("needs_response"), DisputeState::NeedsResponse);
        assert_eq!(state("under_review"), DisputeState::UnderReview);
        assert_eq!(state("warning_closed"), DisputeState::Won);
        assert_eq!(state("lost"), DisputeState::Lost);
        assert_eq!(state("something_new"), DisputeState::NeedsResponse);
    }
}
