//! Subscriptions and their streams as JSON.

use chrono::SecondsFormat;
use serde_json::{Value, json};
use sessions::{Link, Subscription, Wakes};

use super::{SubscriptionCall, Subscriptions};

pub(super) fn subscription(call: &SubscriptionCall<'_>, found: &Subscription) -> Value {
    let streams: Vec<Value> = found.links.iter().map(stream).collect();
    let mut value = json!({
        "id": found.name,
        "subscription_id": found.name,
        "streams": streams,
        "lease_ttl_ms": u64::try_from(found.lease.as_millis()).unwrap_or(u64::MAX),
        "created_at": found.created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "status": if found.failing { "failed" } else { "active" },
    });
    match &found.wakes {
        Wakes::Webhook(url) => {
            value["type"] = "webhook".into();
            value["webhook"] = json!({ "url": url, "signing": signing(call.subscriptions) });
        }
        Wakes::Stream(stream) => {
            value["type"] = "pull-wake".into();
            value["wake_stream"] = stream.as_str().into();
        }
    }
    for (name, text) in [("pattern", &found.pattern), ("description", &found.description)] {
        if let Some(text) = text {
            value[name] = text.as_str().into();
        }
    }
    value
}

fn signing(subscriptions: &Subscriptions) -> Value {
    json!({
        "alg": "ed25519",
        "kid": subscriptions.signer.id(),
        "jwks_url": subscriptions.url_of("jwks.json"),
    })
}

fn stream(link: &Link) -> Value {
    json!({ "path": link.path, "link_type": kind(link), "acked_offset": link.acked })
}

/// A stream as a worker sees it: how far it has worked, and how much there is.
pub(super) fn pending(link: &Link) -> Value {
    json!({
        "path": link.path,
        "link_type": kind(link),
        "acked_offset": link.acked,
        "tail_offset": link.tail,
        "has_pending": link.is_pending(),
    })
}

fn kind(link: &Link) -> &'static str {
    if link.explicit { "explicit" } else { "glob" }
}
