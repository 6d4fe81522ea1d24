use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use axum::extract::ConnectInfo;
use http::Extensions;

/// The address of whoever asks. The server puts it on every request (`server/src/ingress`): behind a proxy that is
/// trusted it is what the proxy says, and otherwise the connection's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddr(IpAddr);

impl ClientAddr {
    /// Of an address; an IPv4 address that is written as IPv6 is the IPv4 address.
    pub fn new(ip: IpAddr) -> Self {
        Self(ip.to_canonical())
    }

    /// Of a request, by its extensions; none where it came over no connection.
    pub fn of(extensions: &Extensions) -> Option<Self> {
        let connection = || extensions.get::<ConnectInfo<SocketAddr>>().map(|info| Self::new(info.0.ip()));
        extensions.get().copied().or_else(connection)
    }

    pub fn ip(self) -> IpAddr {
        self.0
    }

    /// The network that one party holds, which is what limits count by: a whole IPv4 address, the /64 of an IPv6 one.
    pub fn network(self) -> String {
        match self.0 {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("{}/64", Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 64))),
        }
    }
}

impl fmt::Display for ClientAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::ClientAddr;

    #[test]
    fn one_party_is_one_network() {
        for (address, shown, network) in [
            ("203.0.113.7", "203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::", "2001:db8:1:2::/64"),
        ] {
            let client = ClientAddr::new(address.parse().unwrap());
            assert_eq!((client.to_string().as_str(), client.network().as_str()), (shown, network));
        }
    }
}
