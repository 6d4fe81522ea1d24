//! Who may read the metrics.

use std::net::SocketAddr;

use app::web::{Reach, is_forwarded, is_from_here};
use axum::http::{HeaderMap, Version, header};
use subtle::ConstantTimeEq;

use crate::settings::Secret;

/// Who may read them. Whoever has the token may, wherever they come from.
#[derive(Debug)]
pub struct Auth {
    token: Option<Secret>,
    without: WithoutToken,
}

/// Who may without one.
#[derive(Clone, Copy, Debug)]
enum WithoutToken {
    Nobody,
    /// Programs of this machine that ask by themselves.
    ThisMachine,
    /// Whoever reaches the listener, which is for nothing else. What a proxy hands on is somebody else's.
    Direct,
}

impl Auth {
    /// Beside the pages: without a token only while nobody else can reach those.
    pub fn beside_pages(token: Option<Secret>, reach: &Reach) -> Self {
        let without =
            if reach.is_from_elsewhere() { WithoutToken::Nobody } else { WithoutToken::ThisMachine };
        Self { token, without }
    }

    /// On a listener of their own.
    pub fn alone(token: Option<Secret>, listening: SocketAddr) -> Self {
        let without = match (&token, listening.ip().to_canonical().is_loopback()) {
            (_, true) => WithoutToken::ThisMachine,
            (None, false) => WithoutToken::Direct,
            (Some(_), false) => WithoutToken::Nobody,
        };
        Self { token, without }
    }

    pub(super) fn admits(&self, peer: Option<SocketAddr>, version: Version, headers: &HeaderMap) -> bool {
        let from_here = || {
            peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback()) && is_from_here(version, headers)
        };
        let without = match self.without {
            WithoutToken::Nobody => false,
            WithoutToken::ThisMachine => from_here(),
            WithoutToken::Direct => !is_forwarded(headers),
        };
        without || self.knows(headers)
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return false };
        let sent = headers.get(header::AUTHORIZATION).map(|sent| sent.as_bytes());
        let sent = sent.and_then(|sent| {
            let (scheme, sent) = sent.split_at_checked("Bearer ".len())?;
            scheme.eq_ignore_ascii_case(b"Bearer ").then_some(sent)
        });
        sent.is_some_and(|sent| bool::from(sent.ct_eq(token.reveal().as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use app::web::FORWARDING;

    use super::*;

    const HERE: &str = "http://127.0.0.1:3000";

    fn beside(public: &str, token: Option<&str>) -> Auth {
        let reach = Reach::new("127.0.0.1:3000".parse().unwrap(), &public.parse().unwrap());
        Auth::beside_pages(token.map(|token| token.parse().unwrap()), &reach)
    }

    fn admits(auth: &Auth, peer: &str, sent: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("host", "127.0.0.1:3000".parse().unwrap());
        for (name, value) in sent {
            headers.insert(*name, value.parse().unwrap());
        }
        auth.admits(peer.parse().ok(), Version::HTTP_11, &headers)
    }

    #[test]
    fn programs_of_this_machine_are_let_in_while_nobody_else_reaches_it() {
        let auth = beside(HERE, None);
        for peer in ["127.0.0.1:9", "[::1]:9", "[::ffff:127.0.0.1]:9"] {
            assert!(admits(&auth, peer, &[]), "{peer}");
            for name in FORWARDING {
                assert!(!admits(&auth, peer, &[(name, "1.2.3.4")]), "{peer} {name}");
            }
            assert!(
                !admits(&auth, peer, &[("host", "portal.example")]),
                "handed on by a proxy that says nothing"
            );
            assert!(!admits(&auth, peer, &[("origin", "https://a.example")]), "a page of another's");
            assert!(!admits(&beside("https://portal.example", None), peer, &[]), "{peer}: by any proxy");
        }
        assert!(!admits(&auth, "10.0.0.1:9", &[]) && !admits(&auth, "", &[]));
        let host = HeaderMap::from_iter([(header::HOST, "127.0.0.1:3000".parse().unwrap())]);
        assert!(
            !auth.admits("127.0.0.1:9".parse().ok(), Version::HTTP_10, &host),
            "a plain proxy_pass of nginx"
        );
    }

    #[test]
    fn the_token_lets_in_from_anywhere() {
        let from_far = |token, sent| {
            let auth = beside("https://portal.example", token);
            admits(&auth, "10.0.0.1:9", &[("authorization", sent), ("x-forwarded-for", "1.2.3.4")])
        };
        assert!(from_far(Some("open"), "Bearer open") && from_far(Some("open"), "bearer open"));
        for (token, sent) in [
            (Some("open"), "Bearer opens"),
            (Some("open"), "Bearer "),
            (Some("open"), "Bearer"),
            (Some("open"), "open"),
            (None, "Bearer "),
            (None, "Bearer open"),
        ] {
            assert!(!from_far(token, sent), "{token:?} {sent}");
        }
    }

    #[test]
    fn an_address_of_its_own_is_for_whoever_reaches_it_directly() {
        let auth = |listening: &str, token: Option<&str>| {
            Auth::alone(token.map(|token| token.parse().unwrap()), listening.parse().unwrap())
        };
        assert!(admits(&auth("10.0.0.1:9464", None), "10.0.0.9:9", &[("host", "node.lan:9464")]));
        assert!(!admits(&auth("10.0.0.1:9464", None), "10.0.0.9:9", &[("via", "1.1 proxy")]));
        assert!(!admits(&auth("10.0.0.1:9464", Some("open")), "10.0.0.9:9", &[]));
        assert!(admits(
            &auth("10.0.0.1:9464", Some("open")),
            "10.0.0.9:9",
            &[("authorization", "Bearer open")]
        ));
        assert!(admits(&auth("127.0.0.1:9464", None), "127.0.0.1:9", &[]));
        assert!(!admits(&auth("127.0.0.1:9464", None), "127.0.0.1:9", &[("host", "a.example")]));
    }
}
