//! Which proxies are believed when they say for whom they ask.

use std::{fmt, net::IpAddr, str::FromStr};

use app::web::is_loopback_url;
use ipnet::IpNet;
use url::Url;

/// What the machine's operator says of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TrustedProxies {
    /// Nothing: it depends on the public address.
    #[default]
    Unset,
    /// These and no others.
    These(Vec<IpNet>),
}

/// The networks of the proxies that are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trusted(Vec<IpNet>);

impl TrustedProxies {
    /// The networks. Where nothing is set, a public address elsewhere says that a proxy stands in front, and what comes
    /// from this machine comes by it; without one, people come themselves.
    pub fn networks(&self, public_url: &Url) -> Trusted {
        match self {
            Self::These(networks) => Trusted(networks.clone()),
            Self::Unset if is_loopback_url(public_url) => Trusted::default(),
            Self::Unset => Trusted::loopback(),
        }
    }
}

impl Trusted {
    /// This machine.
    pub fn loopback() -> Self {
        let networks = ["127.0.0.0/8", "::1/128"];
        Self(networks.iter().filter_map(|network| network.parse().ok()).collect())
    }

    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&ip.to_canonical()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Ok(Self::Unset),
            "none" => Ok(Self::These(Vec::new())),
            list => {
                list.split(',').map(|entry| network(entry.trim())).collect::<Result<_, _>>().map(Self::These)
            }
        }
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let single = || text.parse::<IpAddr>().map(|ip| IpNet::from(ip.to_canonical()));
    text.parse().or_else(|_| single()).map_err(|_| {
        format!("“{text}” is neither an address, as 10.0.0.7, nor a network, as 10.1.0.0/16 or fd00::/8")
    })
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => Ok(()),
            Self::These(networks) => Trusted(networks.clone()).fmt(f),
        }
    }
}

impl fmt::Display for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        f.write_str(&self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, public_url: &str) -> String {
        text.parse::<TrustedProxies>().unwrap().networks(&public_url.parse().unwrap()).to_string()
    }

    #[test]
    fn this_machine_is_trusted_where_people_come_from_elsewhere() {
        assert_eq!(of("", "https://portal.example"), "127.0.0.0/8,::1/128");
        for here in ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"] {
            assert_eq!(of("", here), "none", "{here}");
        }
        assert_eq!(of("none", "https://portal.example"), "none");
        assert_eq!(
            of(" 10.0.0.7, fd00::/8 ,::ffff:10.0.0.8", "http://localhost"),
            "10.0.0.7/32,fd00::/8,10.0.0.8/32"
        );
    }

    #[test]
    fn what_is_no_network_is_refused_by_name() {
        for (text, wrong) in [("proxy.lan", "proxy.lan"), ("10.0.0.1,", ""), ("10.0.0.0/33", "10.0.0.0/33")] {
            assert!(text.parse::<TrustedProxies>().unwrap_err().contains(&format!("“{wrong}”")), "{text}");
        }
    }
}
