//! What Stripe answers instead of what was asked for.

use domain::payments::provider::ProviderError;
use serde::Deserialize;

use crate::objects::{PaymentIntent, PaymentMethod, Ref, id_of};

/// A call that came to nothing. A card that was declined carries the charge as it stands.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: ProviderError,
    /// Stripe's word, `charge_already_refunded` for example.
    pub(crate) code: String,
    /// The bank's answer, where this is one.
    pub(crate) card: Option<CardError>,
}

/// A bank's no.
#[derive(Debug)]
pub(crate) struct CardError {
    pub(crate) code: String,
    pub(crate) advice: String,
    pub(crate) intent: Option<Box<PaymentIntent>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    error: StripeError,
}

/// `error` of an answer, and `last_payment_error` of a charge.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StripeError {
    r#type: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    advice_code: Option<String>,
    message: Option<String>,
    payment_intent: Option<Box<PaymentIntent>>,
    payment_method: Option<Ref<PaymentMethod>>,
}

impl StripeError {
    /// The card that was tried.
    pub(crate) fn method(&self) -> Option<String> {
        id_of(self.payment_method.as_ref())
    }

    /// The bank's word where it gave one, otherwise Stripe's.
    pub(crate) fn decline(&self) -> String {
        let code = self.code.as_deref().unwrap_or("declined");
        // `authentication_required` comes as either; what says it must not be lost behind the other.
        let bank = self.decline_code.as_deref().filter(|_| code == "card_declined");
        bank.unwrap_or(code).to_owned()
    }

    pub(crate) fn advice(&self) -> &str {
        self.advice_code.as_deref().unwrap_or_default()
    }
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        Self { error, code: String::new(), card: None }
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

impl Failure {
    pub(crate) fn refused(words: &str) -> Self {
        ProviderError::Refused(words.to_owned()).into()
    }

    /// Nobody answered, or not to the end: whether it took effect is not known. Without the address, which says nothing new.
    pub(crate) fn unreachable(error: &reqwest::Error) -> Self {
        let words = match () {
            () if error.is_timeout() => "it took too long",
            () if error.is_connect() => "no connection",
            () if error.is_builder() => return Self::refused("the call cannot be made from this key"),
            () => "the connection broke off",
        };
        ProviderError::Unavailable(words.to_owned()).into()
    }

    /// What a status and its body say.
    pub(crate) fn of(status: u16, body: &[u8]) -> Self {
        let error = serde_json::from_slice::<Body>(body).unwrap_or_default().error;
        let code = error.code.clone().unwrap_or_default();
        let is_card = error.r#type.as_deref() == Some("card_error") || status == 402;
        let words = || words(status, &error);
        let told = match status {
            401 => ProviderError::KeyRevoked,
            403 => ProviderError::Lacks(right(error.message.as_deref().unwrap_or_default())),
            404 => ProviderError::Unknown,
            _ if code == "resource_missing" => ProviderError::Unknown,
            // The same movement is under way in another call: what came of it is asked for again.
            409 | 429 | 500.. => ProviderError::Unavailable(words()),
            _ if code == "idempotency_key_in_use" || code == "lock_timeout" => {
                ProviderError::Unavailable(words())
            }
            _ => ProviderError::Refused(words()),
        };
        let card = is_card.then(|| CardError {
            code: error.decline(),
            advice: error.advice().to_owned(),
            intent: error.payment_intent,
        });
        Self { error: told, code, card }
    }
}

/// Status and Stripe's own code. Its sentences are left out: they may hold a part of the key and what people typed.
fn words(status: u16, error: &StripeError) -> String {
    let kind = error.code.as_deref().or(error.r#type.as_deref()).unwrap_or("no reason given");
    format!("{status} {kind}")
}

/// The right that a 403 names (`rak_customer_write`), as it is called there.
fn right(message: &str) -> String {
    let word = message
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .find(|word| word.starts_with("rak_"));
    word.unwrap_or("for this call").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> ProviderError {
        Failure::of(status, body.as_bytes()).error
    }

    #[test]
    fn each_status_is_what_the_portal_does_next() {
        assert_eq!(
            error(401, r#"{"error":{"message":"Invalid API Key provided: sk_live_abc"}}"#),
            ProviderError::KeyRevoked
        );
        let lacks = r#"{"error":{"message":"The provided key 'rk_live_abc' does not have the required permissions for this endpoint on account 'acct_1'. Having the 'rak_charge_write' permission would allow this request to continue."}}"#;
        assert_eq!(error(403, lacks), ProviderError::Lacks("rak_charge_write".to_owned()));
        assert_eq!(error(404, "{}"), ProviderError::Unknown);
        assert_eq!(error(400, r#"{"error":{"code":"resource_missing"}}"#), ProviderError::Unknown);
        for status in [429, 500, 502, 503] {
            assert!(matches!(error(status, "<html>"), ProviderError::Unavailable(_)), "{status}");
        }
        let in_use = r#"{"error":{"code":"idempotency_key_in_use","type":"idempotency_error"}}"#;
        assert!(matches!(error(409, in_use), ProviderError::Unavailable(_)));
        let other = r#"{"error":{"type":"idempotency_error"}}"#;
        assert_eq!(error(400, other), ProviderError::Refused("400 idempotency_error".to_owned()));
    }

    #[test]
    fn a_bank_s_word_comes_before_stripe_s() {
        let body = r#"{"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds","advice_code":"try_again_later"}}"#;
        let card = Failure::of(402, body.as_bytes()).card.unwrap();
        assert_eq!((card.code.as_str(), card.advice.as_str()), ("insufficient_funds", "try_again_later"));
        let person = r#"{"error":{"type":"card_error","code":"authentication_required","decline_code":"authentication_required"}}"#;
        assert_eq!(Failure::of(402, person.as_bytes()).card.unwrap().code, "authentication_required");
    }

    #[test]
    fn no_sentence_of_stripe_s_is_passed_on() {
        let body = r#"{"error":{"type":"invalid_request_error","message":"sk_live_secret and rosa@bakery.example"}}"#;
        let said = format!("{:?}", Failure::of(400, body.as_bytes()));
        assert!(!said.contains("sk_live") && !said.contains("rosa"), "{said}");
    }
}
