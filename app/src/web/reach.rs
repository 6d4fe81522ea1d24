//! Whether other machines can reach the portal: the one place that says so. What is for this machine alone asks it: the
//! outbox, the demo's accounts, private addresses, `throughline streams`, the metrics.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use http::{HeaderMap, HeaderValue, Version, header};
use url::{Host, Url};

use super::host::{host_name, is_localhost};

/// What a proxy puts on a request that it hands on.
pub const FORWARDING: [&str; 16] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-scheme",
    "x-forwarded-server",
    "x-forwarded-ssl",
    "x-original-forwarded-for",
    "x-real-ip",
    "x-client-ip",
    "x-scheme",
    "cf-connecting-ip",
    "fly-client-ip",
    "true-client-ip",
];

/// How far the portal reaches. Clones know the same.
#[derive(Clone, Debug)]
pub struct Reach(Arc<ReachState>);

#[derive(Debug)]
struct ReachState {
    /// The listener and the public address are this machine's own.
    local: bool,
    /// A proxy has handed a request on, whatever the settings say.
    proxied: AtomicBool,
}

impl Reach {
    /// Of a portal that listens there and is known by that address.
    pub fn new(listening: SocketAddr, public_url: &Url) -> Self {
        let local = listening.ip().to_canonical().is_loopback() && is_loopback_url(public_url);
        Self(Arc::new(ReachState { local, proxied: AtomicBool::new(false) }))
    }

    /// Of a portal that anybody can reach.
    pub fn everywhere() -> Self {
        Self(Arc::new(ReachState { local: false, proxied: AtomicBool::new(false) }))
    }

    /// Whether other machines can reach it, as far as the install and the requests until now show.
    pub fn is_from_elsewhere(&self) -> bool {
        !self.0.local || self.0.proxied.load(Ordering::Relaxed)
    }

    /// Whether a request may see what is for this machine alone: nobody else can reach the portal, and the request
    /// itself comes from here. It is asked of every single one, as a proxy may stand in front that nobody told us of.
    pub fn admits(&self, version: Version, headers: &HeaderMap) -> bool {
        self.0.local && is_from_here(version, headers)
    }

    /// Takes note of a request that a proxy has handed on. True for the first where the settings know of no proxy.
    pub fn note(&self, headers: &HeaderMap) -> bool {
        self.0.local && is_forwarded(headers) && !self.0.proxied.swap(true, Ordering::Relaxed)
    }
}

/// Whether a request comes from this machine's own programs and pages, given that its connection does.
///
/// A proxy on this machine is told by what it puts on a request, by the name that the request was sent to, or by
/// HTTP/1.0, which nginx speaks to what is behind it unless it is told otherwise and no browser speaks. A browser here may
/// have pages of other sites open: they are told by their origin, and names that somebody has made to lead here by the
/// host.
pub fn is_from_here(version: Version, headers: &HeaderMap) -> bool {
    version > Version::HTTP_10
        && !is_forwarded(headers)
        && host_name(headers).is_some_and(|name| is_loopback_name(&name))
        && headers.get_all(header::ORIGIN).iter().all(is_local_origin)
}

/// Whether a proxy has handed a request on.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    FORWARDING.iter().any(|name| headers.contains_key(*name))
}

/// Whether a page of this origin lies on this machine.
pub fn is_local_origin(origin: &HeaderValue) -> bool {
    let url = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok());
    url.is_some_and(|url| is_loopback_url(&url))
}

/// Whether an address leads to the machine that one sits at.
pub fn is_loopback_url(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_localhost(name),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).to_canonical().is_loopback(),
        None => false,
    }
}

/// Whether a host's name, without a port, is this machine's.
pub fn is_loopback_name(name: &str) -> bool {
    match name.parse::<IpAddr>() {
        Ok(ip) => ip.to_canonical().is_loopback(),
        Err(_) => is_localhost(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, more: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
        for (name, value) in more {
            headers.insert(*name, value.parse().unwrap());
        }
        headers
    }

    fn admits(listening: &str, public: &str, host: &str, more: &[(&'static str, &str)]) -> bool {
        let reach = Reach::new(listening.parse().unwrap(), &public.parse().unwrap());
        reach.admits(Version::HTTP_11, &headers(host, more))
    }

    #[test]
    fn the_listener_and_the_public_address_have_to_be_this_machines() {
        for (listening, public) in [
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("127.0.0.1:3000", "http://localhost:3000"),
            ("[::1]:3000", "http://[::1]:3000"),
            ("127.0.0.1:3000", "http://portal.localhost:3000"),
        ] {
            assert!(admits(listening, public, "localhost:3000", &[]), "{listening} {public}");
        }
        for (listening, public) in [
            ("0.0.0.0:3000", "http://127.0.0.1:3000"),
            ("[::]:3000", "http://localhost:3000"),
            ("10.0.0.1:3000", "http://10.0.0.1:3000"),
            ("127.0.0.1:3000", "https://portal.example"),
            ("127.0.0.1:3000", "http://10.0.0.1:3000"),
        ] {
            assert!(!admits(listening, public, "localhost:3000", &[]), "{listening} {public}");
        }
    }

    #[test]
    fn a_proxy_that_nobody_told_us_of_is_seen_by_its_requests() {
        let local = |host: &str, more: &[_]| admits("127.0.0.1:3000", "http://127.0.0.1:3000", host, more);
        for name in FORWARDING {
            assert!(!local("127.0.0.1:3000", &[(name, "1.2.3.4")]), "{name}");
        }
        let reach = Reach::new("127.0.0.1:3000".parse().unwrap(), &"http://127.0.0.1:3000".parse().unwrap());
        let plain = headers("127.0.0.1:3000", &[]);
        assert!(!reach.admits(Version::HTTP_10, &plain), "as nginx speaks by default");
        assert!(!reach.note(&plain) && !reach.is_from_elsewhere());
        let handed_on = headers("127.0.0.1:3000", &[("x-forwarded-for", "203.0.113.1")]);
        assert!(reach.note(&handed_on) && !reach.note(&handed_on), "once");
        assert!(reach.is_from_elsewhere() && reach.admits(Version::HTTP_11, &plain));
    }

    #[test]
    fn pages_of_others_and_borrowed_names_are_no_part_of_this_machine() {
        let asked = |host: &str, origin: Option<&str>| {
            let origin: Vec<_> = origin.into_iter().map(|origin| ("origin", origin)).collect();
            is_from_here(Version::HTTP_11, &headers(host, &origin))
        };
        for host in [
            "127.0.0.1:4437",
            "localhost:4437",
            "[::1]:4437",
            "127.0.0.1",
            "[::ffff:127.0.0.1]:1",
            "LOCALHOST.",
        ] {
            assert!(asked(host, None), "{host}");
            assert!(asked(host, Some("http://localhost:3000")), "{host}");
            for origin in
                ["https://a.example", "null", "http://localhost.a.example", "http://127.0.0.1.a.example"]
            {
                assert!(!asked(host, Some(origin)), "{host} {origin}");
            }
        }
        for host in [
            "a.example:4437",
            "10.0.0.1:4437",
            "0.0.0.0:4437",
            "127.0.0.1.a.example",
            "localhost@a.example",
            "a.example@localhost",
            "localhost:99999",
            "",
        ] {
            assert!(!asked(host, None), "{host}");
        }
        assert!(!is_from_here(Version::HTTP_11, &HeaderMap::new()));
        let mut two = headers("localhost", &[]);
        two.append(header::HOST, HeaderValue::from_static("localhost"));
        assert!(!is_from_here(Version::HTTP_11, &two));
    }
}
