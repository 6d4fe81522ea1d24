//! Who asks, by what proxies write on a request: `X-Forwarded-For`, and `Forwarded` (RFC 7239).

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};

use super::Trusted;

const X_FORWARDED_FOR: &str = "x-forwarded-for";
/// The most proxies that are followed back: what is before them anybody may have written.
const MOST_HOPS: usize = 32;

/// The address that counts for a request that came over a connection from `peer`: from the right, the first that is no
/// trusted proxy's, since everything before it may be made up. Where a trusted proxy names nobody that can be read, its
/// own address counts.
///
/// Most proxies write `X-Forwarded-For` and hand a visitor's own `Forwarded` on as it came, so the latter counts only
/// where the former is missing.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &Trusted) -> IpAddr {
    let mut client = peer.to_canonical();
    if !trusted.contains(client) {
        return client;
    }
    for hop in hops(headers).into_iter().rev().take(MOST_HOPS) {
        let Some(before) = hop else { break };
        client = before;
        if !trusted.contains(client) {
            break;
        }
    }
    client
}

/// Whom each proxy in turn asked for, the nearest one last; none where it cannot be read.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = |name: &str| {
        let lines = headers.get_all(name).iter();
        lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect::<Vec<_>>().join(",")
    };
    if headers.contains_key(X_FORWARDED_FOR) {
        let line = lines(X_FORWARDED_FOR);
        let entries = line.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        return entries.map(node).collect();
    }
    let line = lines(header::FORWARDED.as_str());
    let elements = split(&line, ',').into_iter().map(str::trim).filter(|element| !element.is_empty());
    elements.map(named).collect()
}

/// Whom an element of `Forwarded` names.
fn named(element: &str) -> Option<IpAddr> {
    let mut named = split(element, ';').into_iter().filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    });
    let (Some(only), None) = (named.next(), named.next()) else { return None };
    node(only)
}

/// The parts of a text between marks, where a mark within quotes is none.
fn split(text: &str, mark: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(|c| {
        if escaped {
            escaped = false;
            return false;
        }
        match c {
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        c == mark && !quoted
    })
    .collect()
}

/// An address, with or without a port, brackets and quotes.
fn node(text: &str) -> Option<IpAddr> {
    let text = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => text,
    };
    let bare = || text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text).parse();
    let ip = text.parse::<SocketAddr>().map(|address| address.ip()).or_else(|_| bare()).ok()?;
    let ip = ip.to_canonical();
    (!ip.is_unspecified()).then_some(ip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingress::TrustedProxies;

    /// Behind a proxy on this machine and one more in 10.0.0.0/8.
    fn from(peer: &str, lines: &[(&'static str, &[u8])]) -> String {
        let trusted: TrustedProxies = "127.0.0.1,::1,10.0.0.0/8".parse().unwrap();
        let trusted = trusted.networks(&"https://portal.example".parse().unwrap());
        let mut headers = HeaderMap::new();
        for (name, line) in lines {
            headers.append(*name, http::HeaderValue::from_bytes(line).unwrap());
        }
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    fn x(line: &str) -> String {
        from("127.0.0.1", &[("x-forwarded-for", line.as_bytes())])
    }

    fn f(line: &str) -> String {
        from("127.0.0.1", &[("forwarded", line.as_bytes())])
    }

    #[test]
    fn whoever_is_not_trusted_says_nothing_of_themselves() {
        for header in ["x-forwarded-for", "forwarded"] {
            assert_eq!(from("203.0.113.1", &[(header, b"for=198.51.100.7, 198.51.100.7")]), "203.0.113.1");
        }
        assert_eq!(from("127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn the_rightmost_untrusted_address_counts() {
        assert_eq!(x("203.0.113.9"), "203.0.113.9");
        assert_eq!(x("198.51.100.7, 203.0.113.9"), "203.0.113.9", "the visitor wrote the first");
        assert_eq!(x("198.51.100.7, 203.0.113.9, 10.0.0.3"), "203.0.113.9");
        assert_eq!(x("10.0.0.9,10.0.0.3"), "10.0.0.9", "everybody is a proxy");
        assert_eq!(from("::ffff:127.0.0.1", &[("x-forwarded-for", b"203.0.113.9")]), "203.0.113.9");
        let lines: &[(&'static str, &[u8])] = &[
            ("x-forwarded-for", b"198.51.100.7"),
            ("x-forwarded-for", b"203.0.113.9"),
            ("x-forwarded-for", b"10.0.0.3"),
        ];
        assert_eq!(from("127.0.0.1", lines), "203.0.113.9", "lines are one list");
    }

    #[test]
    fn addresses_come_in_many_spellings() {
        for (line, address) in [
            ("203.0.113.9:4711", "203.0.113.9"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            (" ,203.0.113.9,, ", "203.0.113.9"),
        ] {
            assert_eq!(x(line), address, "{line}");
        }
        for (line, address) in [
            ("for=203.0.113.9", "203.0.113.9"),
            ("For=\"[2001:db8:cafe::17]:4711\";proto=https;by=203.0.113.43", "2001:db8:cafe::17"),
            ("proto=https; FOR = 203.0.113.9", "203.0.113.9"),
            ("for=198.51.100.7, for=203.0.113.9;host=\"a,b;for=1.1.1.1\", for=10.0.0.3", "203.0.113.9"),
            ("for=198.51.100.7;ext=\"\\\",for=1.1.1.1\", for=203.0.113.9", "203.0.113.9"),
        ] {
            assert_eq!(f(line), address, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_read_hides_whoever_stands_behind_it() {
        for line in [
            "unknown",
            "_hidden",
            "203.0.113",
            "198.51.100.7 203.0.113.9",
            "0.0.0.0",
            "[::1",
            "\"203.0.113.9",
            "fe80::1%eth0",
        ] {
            assert_eq!(x(&format!("198.51.100.7, {line}")), "127.0.0.1", "{line}");
        }
        assert_eq!(x("198.51.100.7, unknown, 10.0.0.3"), "10.0.0.3");
        for line in [
            "for=unknown",
            "for=_x",
            "by=203.0.113.9",
            "for=1.1.1.1;for=2.2.2.2",
            "for=\"1.1.1.1",
            "203.0.113.9",
            ";;=,",
        ] {
            assert_eq!(f(&format!("for=198.51.100.7, {line}")), "127.0.0.1", "{line}");
        }
        assert_eq!(from("127.0.0.1", &[("x-forwarded-for", b"198.51.100.7, \xff\xfe")]), "127.0.0.1");
    }

    #[test]
    fn a_visitors_own_header_does_not_outweigh_the_proxys() {
        let lines: &[(&'static str, &[u8])] =
            &[("forwarded", b"for=198.51.100.7"), ("x-forwarded-for", b"203.0.113.9")];
        assert_eq!(from("127.0.0.1", lines), "203.0.113.9");
    }

    #[test]
    fn a_list_without_end_is_followed_for_so_long() {
        let line = format!("198.51.100.7{}", ", 10.0.0.3".repeat(500));
        assert_eq!(x(&line), "10.0.0.3");
    }
}
