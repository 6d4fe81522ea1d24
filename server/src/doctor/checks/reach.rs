//! Who can reach the portal, and what is open to whom because of it.

use crate::doctor::Finding;
use crate::ingress::TrustedProxies;
use crate::settings::Settings;

/// The reach itself, the proxies that are believed, and the metrics.
pub(super) fn check(settings: &Settings) -> [Finding; 3] {
    [reach(settings), proxies(settings), metrics(settings)]
}

fn reach(settings: &Settings) -> Finding {
    let text = if settings.reach().is_from_elsewhere() {
        "other machines can reach the portal, so the outbox page and the demo's accounts are closed"
    } else {
        "only this machine can reach the portal, so the outbox page and the demo's accounts are open; a request that a \
         proxy hands on sees neither"
    };
    Finding::ok("Reach", text)
}

fn proxies(settings: &Settings) -> Finding {
    const SUBJECT: &str = "Proxies";
    let Ok(public) = settings.public_url(settings.bind).parse() else {
        return Finding::ok(SUBJECT, "none is believed");
    };
    let trusted = settings.trusted_proxies.networks(&public);
    let everyone = ["198.51.100.1", "2001:db8::1"].iter().filter_map(|ip| ip.parse().ok());
    if everyone.into_iter().any(|ip| trusted.contains(ip)) {
        return Finding::warn(
            SUBJECT,
            format!("{trusted}: everyone is believed who says that they ask for somebody else"),
            "Name in THROUGHLINE_TRUSTED_PROXIES the addresses of your proxies alone.",
        );
    }
    let elsewhere = !settings.bind.ip().is_loopback() && public.scheme() == "https";
    if elsewhere && settings.trusted_proxies == TrustedProxies::Unset {
        return Finding::warn(
            SUBJECT,
            "only a proxy on this machine is believed: behind one on another, everybody counts as one visitor",
            "Set THROUGHLINE_TRUSTED_PROXIES to the address of the proxy, or to none.",
        );
    }
    Finding::ok(SUBJECT, format!("{trusted} believed when they say for whom they ask"))
}

fn metrics(settings: &Settings) -> Finding {
    const SUBJECT: &str = "Metrics";
    let has_token = settings.metrics_token.is_some();
    match settings.metrics_bind {
        Some(address) if !address.ip().is_loopback() && !has_token => Finding::ok(
            SUBJECT,
            format!(
                "on {address}/metrics for whoever reaches that address; set THROUGHLINE_METRICS_TOKEN to ask for a token"
            ),
        ),
        Some(address) => Finding::ok(SUBJECT, format!("on {address}/metrics")),
        None if has_token => Finding::ok(SUBJECT, "beside the pages, for the token"),
        None if settings.reach().is_from_elsewhere() => Finding::ok(
            SUBJECT,
            "off, as others can reach the portal; THROUGHLINE_METRICS_BIND or THROUGHLINE_METRICS_TOKEN turns them on",
        ),
        None => Finding::ok(SUBJECT, "beside the pages, for programs of this machine"),
    }
}
