//! Who may read the metrics.

use std::net::SocketAddr;

use axum::http::{HeaderMap, header};
use subtle::ConstantTimeEq;

use crate::{dialects::durable_streams::is_local, settings::Secret};

/// What a proxy puts on a request that it hands on.
const HANDED_ON: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

#[derive(Debug)]
pub(super) struct Door {
    pub(super) token: Option<Secret>,
}

impl Door {
    /// Programs of this machine that ask by themselves, and whoever has the token. A request that a proxy on this
    /// machine hands on comes from it, too, and is told by what stands on it or by the name that it was sent to.
    pub(super) fn admits(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
        let from_here = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
        let handed_on = HANDED_ON.iter().any(|name| headers.contains_key(*name));
        from_here && !handed_on && is_local(headers) || self.knows(headers)
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return false };
        let said = headers.get(header::AUTHORIZATION).map(|said| said.as_bytes());
        let said = said.and_then(|said| {
            let (scheme, said) = said.split_at_checked("Bearer ".len())?;
            scheme.eq_ignore_ascii_case(b"Bearer ").then_some(said)
        });
        said.is_some_and(|said| bool::from(said.ct_eq(token.reveal().as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(token: Option<&str>, peer: &str, said: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("host", "127.0.0.1:3000".parse().unwrap());
        for (name, value) in said {
            headers.insert(*name, value.parse().unwrap());
        }
        Door { token: token.map(|token| token.parse().unwrap()) }.admits(peer.parse().ok(), &headers)
    }

    #[test]
    fn programs_of_this_machine_are_let_in() {
        for peer in ["127.0.0.1:9", "[::1]:9", "[::ffff:127.0.0.1]:9"] {
            assert!(admits(None, peer, &[]), "{peer}");
            for name in HANDED_ON {
                assert!(!admits(None, peer, &[(name, "1.2.3.4")]), "{peer} {name}");
            }
            assert!(
                !admits(None, peer, &[("host", "portal.example")]),
                "handed on by a proxy that says nothing"
            );
            assert!(!admits(None, peer, &[("origin", "https://a.example")]), "a page of another's");
        }
        assert!(!admits(None, "10.0.0.1:9", &[]) && !admits(None, "", &[]));
    }

    #[test]
    fn the_token_lets_in_from_anywhere() {
        let from_far = |token, said| admits(token, "10.0.0.1:9", &[("authorization", said)]);
        assert!(from_far(Some("open"), "Bearer open") && from_far(Some("open"), "bearer open"));
        for (token, said) in [
            (Some("open"), "Bearer opens"),
            (Some("open"), "Bearer "),
            (Some("open"), "Bearer"),
            (Some("open"), "open"),
            (None, "Bearer "),
            (None, "Bearer open"),
        ] {
            assert!(!from_far(token, said), "{token:?} {said}");
        }
    }
}
