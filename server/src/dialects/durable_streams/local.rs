//! Whether a request comes from this machine's own programs and pages.
//!
//! A server that asks nobody who they are is reached by every page that a browser on its machine has open. So pages of
//! other sites are refused by their origin, and names that somebody has made to lead here by the host.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, header, uri::Authority};
use url::{Host, Url};

/// Whether it is sent to this machine by its own name, and by no page of another's.
pub(crate) fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let to_here = host.is_some_and(is_here);
    to_here && headers.get(header::ORIGIN).is_none_or(is_local_origin)
}

/// Whether a page of this origin lies on this machine.
pub(super) fn is_local_origin(origin: &HeaderValue) -> bool {
    origin.to_str().is_ok_and(leads_here)
}

/// Whether a `Host` names this machine.
fn is_here(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    match bare.parse::<IpAddr>() {
        Ok(ip) => ip.is_loopback(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

fn leads_here(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: &'static str, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        headers.extend(origin.map(|origin| (header::ORIGIN, HeaderValue::from_static(origin))));
        is_local(&headers)
    }

    #[test]
    fn pages_of_others_and_borrowed_names_are_no_part_of_this_machine() {
        for host in ["127.0.0.1:4437", "localhost:4437", "[::1]:4437", "127.0.0.1"] {
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
            "",
        ] {
            assert!(!asked(host, None), "{host}");
        }
        assert!(!is_local(&HeaderMap::new()));
    }
}
