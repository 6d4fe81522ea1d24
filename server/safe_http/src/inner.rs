//! Which addresses are not on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How near an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AddressKind {
    Public,
    /// This machine and private networks.
    Private,
    /// The link itself, where clouds hand out credentials, and what is no machine's address at all.
    Special,
}

/// Azure's own service for its machines, which stands in the public range.
const WIRE_SERVER: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);
/// Alibaba's metadata, in the range that carriers share.
const ALIBABA: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
/// Amazon's metadata over IPv6, in the private range.
const AMAZON: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

pub(super) fn reach(ip: IpAddr) -> AddressKind {
    match ip {
        IpAddr::V4(ip) => reach_v4(ip),
        IpAddr::V6(ip) => reach_v6(ip),
    }
}

fn reach_v4(ip: Ipv4Addr) -> AddressKind {
    let [a, b, c, _] = ip.octets();
    let special = ip == WIRE_SERVER
        || ip == ALIBABA
        || ip.is_link_local()
        || ip.is_documentation()
        // Multicast, reserved, broadcast.
        || a >= 224
        || (a == 0 && !ip.is_unspecified())
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (b == 18 || b == 19));
    // The unspecified address is this machine.
    let private = ip.is_private()
        || ip.is_loopback()
        || ip.is_unspecified()
        // Shared by carriers, and by overlay networks such as Tailscale.
        || (a == 100 && (64..128).contains(&b));
    sort(special, private)
}

fn reach_v6(ip: Ipv6Addr) -> AddressKind {
    // Whatever carries a v4 address leads to that one: mapped, compatible, translated, 6to4.
    let s = ip.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => return AddressKind::Private,
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] => return reach_v4(v4(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => return reach_v4(v4(high, low)),
        [0x2002, high, low, ..] => return reach_v4(v4(high, low)),
        _ => {}
    }
    let special = ip == AMAZON
        // Only 2000::/3 is given out; within it stand tunnels, benchmarks and documentation.
        || (s[0] & 0xe000 != 0x2000 && !ip.is_unique_local())
        || (s[0] == 0x2001 && s[1] < 0x200)
        || (s[0] == 0x2001 && s[1] == 0xdb8)
        || (s[0] == 0x3fff && s[1] < 0x1000);
    sort(special, ip.is_unique_local())
}

fn sort(special: bool, private: bool) -> AddressKind {
    match (special, private) {
        (true, _) => AddressKind::Special,
        (_, true) => AddressKind::Private,
        _ => AddressKind::Public,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_range_is_told() {
        let all = |wanted: AddressKind, ips: &[&str]| {
            for ip in ips {
                assert_eq!(reach(ip.parse().unwrap()), wanted, "{ip}");
            }
        };
        all(AddressKind::Public, &["1.1.1.1", "172.32.0.1", "100.128.0.1", "193.0.0.1", "2606:4700::1111"]);
        all(AddressKind::Public, &["::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"]);
        all(
            AddressKind::Private,
            &["127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "172.31.9.9", "192.168.0.1"],
        );
        all(AddressKind::Private, &["0.0.0.0", "::", "::1", "100.64.0.1", "fc00::1", "fd12::1"]);
        all(
            AddressKind::Private,
            &["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::"],
        );
        all(
            AddressKind::Special,
            &["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "168.63.129.16"],
        );
        all(
            AddressKind::Special,
            &["100.100.100.200", "fe80::1", "fec0::1", "ff02::1", "224.0.0.1", "255.255.255.255"],
        );
        all(
            AddressKind::Special,
            &["0.1.2.3", "192.0.0.1", "198.18.0.1", "203.0.113.1", "2001:db8::1", "2001::1"],
        );
        all(AddressKind::Special, &["64:ff9b:1::1", "100::1", "64:ff9b::a9fe:a9fe"]);
    }
}
