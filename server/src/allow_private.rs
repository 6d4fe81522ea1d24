//! Which inner addresses may be called: by what the machine's operator says, and by who can reach the portal.

use app::web::Reach;
use safe_http::{Admitted, Private};

/// What is admitted of a portal with that reach.
pub fn admitted(said: &Private, reach: &Reach) -> Admitted {
    let reach = reach.clone();
    Admitted::new(said, move || !reach.is_from_elsewhere())
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use http::header;

    use super::*;

    fn by(said: &str, listening: &str, public: &str) -> Admitted {
        let reach = Reach::new(listening.parse().unwrap(), &public.parse().unwrap());
        admitted(&said.parse().unwrap(), &reach)
    }

    #[test]
    fn who_may_reach_inside_depends_on_who_can_reach_us() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let (home, here) = (ip("192.168.1.5"), ip("127.0.0.1"));
        let alone = by("", "127.0.0.1:3000", "http://127.0.0.1:3000");
        assert!(alone.admits(None, home) && alone.admits(None, here));
        assert!(
            !alone.admits(None, ip("169.254.169.254")),
            "credentials of a cloud are never handed out unasked"
        );
        for (listening, public) in
            [("0.0.0.0:80", "http://localhost"), ("127.0.0.1:3000", "https://portal.example")]
        {
            let open = by("", listening, public);
            assert!(!open.admits(None, home) && !open.admits(None, here), "{listening} {public}");
            assert!(open.admits(None, ip("1.1.1.1")));
        }
        let reach = Reach::new("127.0.0.1:1".parse().unwrap(), &"http://localhost".parse().unwrap());
        let found_out = admitted(&Private::Unsaid, &reach);
        assert!(found_out.admits(None, home));
        reach.note(&http::HeaderMap::from_iter([(header::FORWARDED, "for=203.0.113.1".parse().unwrap())]));
        assert!(!found_out.admits(None, home), "a proxy hands requests on");
        assert!(!by("0", "127.0.0.1:1", "http://localhost").admits(None, here));
        assert!(by("1", "0.0.0.0:1", "https://portal.example").admits(None, here));
        let some = by("192.168.1.0/24, Agents.LAN,169.254.169.254", "0.0.0.0:1", "https://portal.example");
        assert!(
            some.admits(None, home) && !some.admits(None, here) && some.admits(Some("agents.lan."), here)
        );
        assert!(some.admits(None, ip("169.254.169.254")) && some.admits(None, ip("::ffff:192.168.1.9")));
    }
}
