use http::{HeaderMap, header, uri::Authority};

/// The name of the host that a request is sent to: small letters, no port, no brackets, no dot at the end. None where
/// there is no `Host`, several, or one that names nothing.
pub fn host_name(headers: &HeaderMap) -> Option<String> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(only), None) = (hosts.next(), hosts.next()) else { return None };
    named(only.to_str().ok()?)
}

/// The name in an authority, as [`host_name`].
pub fn named(authority: &str) -> Option<String> {
    let authority = authority.parse::<Authority>().ok().filter(|_| !authority.contains('@'))?;
    let after = authority.as_str().strip_prefix(authority.host())?;
    let port = after.strip_prefix(':').unwrap_or(after);
    if !port.is_empty() && port.parse::<u16>().is_err() {
        return None;
    }
    let name = authority.host();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let bare = bare.strip_suffix('.').unwrap_or(bare);
    (!bare.is_empty()).then(|| bare.to_ascii_lowercase())
}

/// Whether a name is this machine's by what it says: those names lead nowhere else (RFC 6761).
pub fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_host_is_known_by_its_name() {
        for (host, name) in [
            ("portal.example", "portal.example"),
            ("Portal.Example.:8443", "portal.example"),
            ("10.0.0.1:80", "10.0.0.1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("portal.example:", "portal.example"),
        ] {
            assert_eq!(named(host).as_deref(), Some(name), "{host}");
        }
        for host in ["", ":80", ".", "a@b", "a b", "a/b", "portal.example:x", "portal.example:99999", "a:1:2"]
        {
            assert_eq!(named(host), None, "{host}");
        }
    }
}
