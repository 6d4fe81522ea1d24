//! Which addresses lie in the open internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether anyone can reach it: not this machine, no private or local network, nothing reserved.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => public_v4(ip),
        IpAddr::V6(ip) => public_v6(ip),
    }
}

fn public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmarks = a == 198 && (b == 18 || b == 19);
    let assignments = (a, b, c) == (192, 0, 0);
    let relays = (a, b, c) == (192, 88, 99);
    !(a == 0
        || a >= 224
        || ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_documentation()
        || shared
        || benchmarks
        || assignments
        || relays)
}

/// Only what is handed out to the world, and of what leads on to an IPv4 address, what that is.
fn public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let [.., a, b, c, d] = ip.octets();
    let embedded = Ipv4Addr::new(a, b, c, d);
    match (first, second) {
        (0x64, 0xff9b) => ip.segments()[2..6] == [0; 4] && public_v4(embedded),
        // 6to4, Teredo, documentation, and what else is special in the first block.
        (0x2002, _) | (0x2001, 0..0x200) | (0x2001, 0xdb8) | (0x3fff, _) => false,
        _ => match ip.to_ipv4_mapped() {
            Some(mapped) => public_v4(mapped),
            None => first & 0xe000 == 0x2000,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_not_public() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:192.168.0.1",
            "64:ff9b::10.0.0.1",
            "2002:a00:1::1",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "1.1.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }
}
