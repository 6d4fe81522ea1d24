use url::{Host, Url};

/// An address that Stripe's keys may go to.
pub(super) fn parse(text: &str) -> Result<Url, String> {
    let url: Url =
        if text.is_empty() { stripe::API_URL } else { text }.parse().map_err(|_| "it is no address")?;
    let is_here = matches!(url.host(), Some(Host::Ipv4(ip)) if ip.is_loopback())
        || matches!(url.host(), Some(Host::Ipv6(ip)) if ip.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        _ => Err("it has to be https, or on this machine".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_to_stripe_or_stay_on_this_machine() {
        assert_eq!(parse("").unwrap().as_str(), stripe::API_URL);
        assert_eq!(parse("http://127.0.0.1:8430/worlds/a").unwrap().port(), Some(8430));
        for elsewhere in ["http://stripe.example", "http://localhost.example", "ftp://127.0.0.1", "stripe"] {
            assert!(parse(elsewhere).is_err(), "{elsewhere}");
        }
    }
}
