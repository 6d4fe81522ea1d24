//! What happened at Stripe: which kinds matter, and which object each is about. Nothing of an event but that is believed; the
//! object is read anew, because events come late, twice and in any order.

use chrono::{DateTime, Utc};
use domain::payments::provider::{ProviderError, ProviderEvent};
use serde::Deserialize;

use crate::{
    client::Stripe,
    failure::Failure,
    form::Form,
    objects::{Any, List, Ref, id_of, instant},
};

/// Kinds of events that change something here. Stripe takes at most twenty in one question.
pub const KINDS: [&str; 19] = [
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.canceled",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "payment_method.updated",
    "payment_method.automatically_updated",
    "payment_method.detached",
];

/// Pages of a hundred events that one reading goes through: ten thousand, more than an account that was away for a month has.
const PAGES: usize = 100;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Event {
    id: String,
    r#type: String,
    created: i64,
    data: Data,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Data {
    object: Object,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Object {
    id: Option<String>,
    object: Option<String>,
    payment_intent: Option<Ref<Any>>,
}

impl Event {
    fn into_provider_event(self) -> Option<ProviderEvent> {
        let object = self.data.object;
        // A charge is known here by the intent that it belongs to.
        let of_charge =
            id_of(object.payment_intent.as_ref()).filter(|_| object.object.as_deref() == Some("charge"));
        let about = of_charge.or(object.id).unwrap_or_default();
        let at = instant(self.created)?;
        (!self.id.is_empty()).then_some(ProviderEvent { id: self.id, kind: self.r#type, object: about, at })
    }
}

/// The event in a webhook's body; none where it is no event.
pub fn parse_event(body: &[u8]) -> Option<ProviderEvent> {
    serde_json::from_slice::<Event>(body).ok()?.into_provider_event()
}

impl Stripe {
    pub(crate) async fn events(&self, since: DateTime<Utc>) -> Result<Vec<ProviderEvent>, Failure> {
        let mut found: Vec<ProviderEvent> = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let mut query = Form::default().with("limit", 100).with("created[gte]", since.timestamp());
            for kind in KINDS {
                query = query.with("types[]", kind);
            }
            if let Some(after) = &after {
                query = query.with("starting_after", after);
            }
            let page: List<Event> = self.get("/v1/events", &query).await?;
            after = page.data.last().map(|event| event.id.clone());
            found.extend(page.data.into_iter().filter_map(Event::into_provider_event));
            if !page.has_more || after.is_none() {
                // Newest first as they come; in one second the order of the list is all there is.
                found.reverse();
                found.sort_by_key(|event| event.at);
                return Ok(found);
            }
        }
        Err(ProviderError::Refused("more events than can be read at once".to_owned()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_about_the_object_that_is_read_anew() {
        let body = br#"{"id":"evt_1","type":"payment_intent.succeeded","created":1796000000,"data":{"object":{"id":"pi_1","object":"payment_intent","amount":5000}}}"#;
        let event = parse_event(body).unwrap();
        assert_eq!((event.id.as_str(), event.object.as_str()), ("evt_1", "pi_1"));
        assert_eq!(event.at.timestamp(), 1_796_000_000);
        let charge = br#"{"id":"evt_2","type":"charge.refunded","created":1,"data":{"object":{"id":"ch_1","object":"charge","payment_intent":"pi_1"}}}"#;
        assert_eq!(parse_event(charge).unwrap().object, "pi_1");
        let refund = br#"{"id":"evt_3","type":"refund.updated","created":1,"data":{"object":{"id":"re_1","object":"refund","payment_intent":"pi_1"}}}"#;
        assert_eq!(parse_event(refund).unwrap().object, "re_1");
    }

    #[test]
    fn what_is_no_event_is_none() {
        assert_eq!(parse_event(b"{}"), None);
        assert_eq!(parse_event(b"hello"), None);
        assert_eq!(parse_event(br#"{"id":"evt_1","data":7}"#), None);
    }
}
