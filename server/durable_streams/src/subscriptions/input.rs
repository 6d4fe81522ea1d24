//! What a subscription is asked to be.

use std::{collections::BTreeSet, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};
use sessions::Wakes;

use super::{error::InputError, webhook_url};

/// A lease, in milliseconds: what is asked for when nobody says, and within what.
const LEASE: u64 = 30_000;
const LEASES: std::ops::RangeInclusive<u64> = 1_000..=600_000;

/// A subscription as it is sent.
#[derive(Debug, Deserialize)]
pub(super) struct SubscriptionInput {
    r#type: String,
    #[serde(default)]
    pattern: String,
    #[serde(default)]
    streams: Vec<String>,
    webhook: Option<Webhook>,
    #[serde(default)]
    wake_stream: String,
    lease_ttl_ms: Option<u64>,
    description: Option<String>,
    filter: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Webhook {
    url: String,
}

/// A subscription as it will be kept.
#[derive(Debug)]
pub(super) struct SubscriptionConfig {
    pub(super) wakes: Wakes,
    pub(super) pattern: Option<String>,
    pub(super) streams: Vec<String>,
    pub(super) lease: Duration,
    pub(super) description: Option<String>,
    /// The same text whenever the same is asked for.
    pub(super) canon: String,
}

impl SubscriptionInput {
    pub(super) fn check(self, local: bool) -> Result<SubscriptionConfig, InputError> {
        if self.filter.is_some_and(|filter| !filter.is_null()) {
            return Err(InputError::invalid("Filters are not served."));
        }
        let pattern = Some(trim_slashes(&self.pattern)).filter(|pattern| !pattern.is_empty());
        let streams: BTreeSet<String> = self.streams.iter().map(|stream| trim_slashes(stream)).collect();
        if pattern.is_none() && streams.is_empty() {
            return Err(InputError::invalid("A subscription needs a pattern or streams."));
        }
        let lease = self.lease_ttl_ms.unwrap_or(LEASE);
        if !LEASES.contains(&lease) {
            return Err(InputError::invalid("lease_ttl_ms is a number from 1000 to 600000."));
        }
        let wakes = wakes(&self.r#type, self.webhook, &self.wake_stream, local)?;
        let (url, stream) = match &wakes {
            Wakes::Webhook(url) => (Some(url), None),
            Wakes::Stream(stream) => (None, Some(stream)),
        };
        let canon = json!([url, stream, pattern, streams, lease, self.description]).to_string();
        let streams = streams.into_iter().collect();
        let lease = Duration::from_millis(lease);
        Ok(SubscriptionConfig { wakes, pattern, streams, lease, description: self.description, canon })
    }
}

fn wakes(kind: &str, webhook: Option<Webhook>, stream: &str, local: bool) -> Result<Wakes, InputError> {
    match (kind, webhook) {
        ("webhook", Some(Webhook { url })) => {
            webhook_url::check(&url, local)
                .map_err(|message| InputError { code: "WEBHOOK_URL_REJECTED", message })?;
            Ok(Wakes::Webhook(url))
        }
        ("webhook", None) => Err(InputError::invalid("A webhook subscription needs webhook.url.")),
        ("pull-wake", _) => match trim_slashes(stream) {
            stream if stream.is_empty() => {
                Err(InputError::invalid("A pull-wake subscription needs a wake_stream."))
            }
            stream => Ok(Wakes::Stream(stream)),
        },
        _ => Err(InputError::invalid("type is webhook or pull-wake.")),
    }
}

/// A stream's name, without slashes around it.
pub(super) fn trim_slashes(path: &str) -> String {
    path.trim_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: Value) -> Result<SubscriptionConfig, InputError> {
        serde_json::from_value::<SubscriptionInput>(input).unwrap().check(false)
    }

    #[test]
    fn the_same_is_the_same_however_it_is_written() {
        let one =
            check(json!({ "type": "pull-wake", "streams": ["b", "/a/", "b"], "wake_stream": "/w" })).unwrap();
        let same =
            json!({ "type": "pull-wake", "wake_stream": "w", "streams": ["a", "b"], "lease_ttl_ms": 30000 });
        assert_eq!(one.canon, check(same).unwrap().canon);
        let other = json!({ "type": "pull-wake", "wake_stream": "w", "streams": ["a"] });
        assert_ne!(one.canon, check(other).unwrap().canon);
        assert_eq!(one.streams, ["a", "b"]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (input, code) in [
            (json!({ "type": "pull-wake", "wake_stream": "w" }), "INVALID_REQUEST"),
            (json!({ "type": "pull-wake", "pattern": "**" }), "INVALID_REQUEST"),
            (json!({ "type": "webhook", "pattern": "**" }), "INVALID_REQUEST"),
            (json!({ "type": "push", "pattern": "**" }), "INVALID_REQUEST"),
            (
                json!({ "type": "pull-wake", "pattern": "*", "wake_stream": "w", "lease_ttl_ms": 999 }),
                "INVALID_REQUEST",
            ),
            (
                json!({ "type": "pull-wake", "pattern": "*", "wake_stream": "w", "filter": {} }),
                "INVALID_REQUEST",
            ),
            (
                json!({ "type": "webhook", "pattern": "*", "webhook": { "url": "http://a.example" } }),
                "WEBHOOK_URL_REJECTED",
            ),
        ] {
            assert_eq!(check(input.clone()).unwrap_err().code, code, "{input}");
        }
    }
}
