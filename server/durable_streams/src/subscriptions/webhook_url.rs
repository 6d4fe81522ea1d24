//! Where webhooks may lead: out into the internet, and never into a private network.

use std::{
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::Pin,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::public_ip::is_public;

/// Whether requests may be sent there. A name is looked at again when it is resolved.
pub(super) fn check(address: &str, local: bool) -> Result<(), &'static str> {
    let url = Url::parse(address).map_err(|_| "webhook.url is no address.")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("webhook.url must not hold a password.");
    }
    let host = url.host().ok_or("webhook.url has no host.")?;
    let at_home = match &host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    match (url.scheme(), &host) {
        ("http", _) if at_home && local => Ok(()),
        ("https", _) if at_home => Err("webhook.url leads to this machine."),
        ("https", Host::Ipv4(ip)) if !is_public(IpAddr::V4(*ip)) => {
            Err("webhook.url leads into a private network.")
        }
        ("https", Host::Ipv6(ip)) if !is_public(IpAddr::V6(*ip)) => {
            Err("webhook.url leads into a private network.")
        }
        ("https", _) => Ok(()),
        _ => Err("webhook.url has to begin with https."),
    }
}

/// Resolves names, and drops the addresses of private networks: what a name stands for can change after it was
/// looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolver {
    pub(super) local: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let local = self.local;
        let looking: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed = |ip: IpAddr| is_public(ip) || (local && ip.is_loopback());
            let allowed: Vec<SocketAddr> = found.filter(|address| allowed(address.ip())).collect();
            match allowed.is_empty() {
                true => Err("the name leads nowhere that requests may be sent to".into()),
                false => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        });
        looking
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_lead_out_into_the_world() {
        for good in ["https://a.example/hook", "https://8.8.8.8", "https://[2606:4700::1111]/x"] {
            assert_eq!(check(good, false), Ok(()), "{good}");
        }
        for bad in [
            "http://a.example",
            "ftp://a.example",
            "https://10.0.0.1",
            "http://10.0.0.1/hook",
            "https://localhost",
            "https://x.localhost",
            "http://localhost:80",
            "http://127.0.0.1",
            "https://169.254.169.254",
            "https://[::1]",
            "https://[fd00::1]",
            "https://[::ffff:10.0.0.1]",
            "https://2130706433",
            "https://0x7f.1",
            "https://u:p@a.example",
            "nonsense",
            "file:///etc/passwd",
        ] {
            assert!(check(bad, false).is_err(), "{bad}");
        }
        assert_eq!(check("http://127.0.0.1:9/x", true), Ok(()));
        assert_eq!(check("http://localhost:9/x", true), Ok(()));
        assert!(check("http://10.0.0.1/hook", true).is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_not_followed() {
        let resolve = |local| Resolver { local }.resolve("localhost".parse().unwrap());
        assert!(resolve(false).await.is_err());
        assert!(resolve(true).await.is_ok());
    }
}
