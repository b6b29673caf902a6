//! The addresses of this host: getifaddrs(3).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::InterfaceFlags;
use nix::sys::socket::SockaddrStorage;
use rustix::io::Errno;
use thiserror::Error;

use crate::root::Root;

/// An address of an interface that is up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The address.
    pub address: IpAddr,
    /// The length of its network's prefix, in bits.
    pub prefix: u8,
    /// The name of the interface.
    pub interface: String,
    /// From where it can be reached.
    pub scope: Scope,
    /// The number of the interface, which an IPv6 address of the link needs to be used
    /// (`sin6_scope_id`); 0 for all others.
    pub zone: u32,
}

/// From where an address can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// This host only: 127.0.0.0/8 and ::1, also on other interfaces than `lo`.
    Loopback,
    /// The same link only: 169.254.0.0/16 (RFC 3927), fe80::/10 (RFC 4291).
    Link,
    /// Anywhere that routes lead to, private networks included. An address on `lo` may be so too.
    Global,
}

impl Scope {
    /// The scope of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) if address.is_loopback() => Self::Loopback,
            IpAddr::V6(address) if address.is_loopback() => Self::Loopback,
            IpAddr::V4(address) if address.is_link_local() => Self::Link,
            IpAddr::V6(address) if address.is_unicast_link_local() => Self::Link,
            _ => Self::Global,
        }
    }
}

/// The kernel does not tell the addresses.
#[derive(Debug, Error)]
#[error("cannot read the addresses of the interfaces")]
pub struct AddressesError {
    /// What it said.
    source: Errno,
}

/// The host's own addresses on interfaces that are up, in order and each once; none below another root.
///
/// # Errors
/// When the kernel does not tell them.
pub fn own(root: &Root) -> Result<Vec<Address>, AddressesError> {
    if !root.is_host() {
        return Ok(Vec::new());
    }
    let interfaces =
        getifaddrs().map_err(|errno| AddressesError { source: Errno::from_raw_os_error(errno as i32) })?;
    let mut addresses: Vec<Address> = interfaces.filter_map(|interface| address(&interface)).collect();
    addresses.sort_unstable();
    addresses.dedup();
    Ok(addresses)
}

/// `None` where the interface is down, or the address is of another family.
fn address(interface: &InterfaceAddress) -> Option<Address> {
    if !interface.flags.contains(InterfaceFlags::IFF_UP) {
        return None;
    }
    let (address, zone) = ip(interface.address.as_ref()?)?;
    let mask = interface.netmask.as_ref().and_then(ip).map(|(mask, _)| mask);
    let prefix = mask.map_or(if address.is_ipv4() { 32 } else { 128 }, prefix);
    Some(Address {
        address,
        prefix,
        interface: interface.interface_name.clone(),
        scope: Scope::of(address),
        zone,
    })
}

fn ip(address: &SockaddrStorage) -> Option<(IpAddr, u32)> {
    if let Some(address) = address.as_sockaddr_in() {
        return Some((IpAddr::V4(address.ip()), 0));
    }
    address.as_sockaddr_in6().map(|address| (IpAddr::V6(address.ip()), address.scope_id()))
}

/// The number of leading ones.
fn prefix(mask: IpAddr) -> u8 {
    let ones = match mask {
        IpAddr::V4(mask) => Ipv4Addr::to_bits(mask).leading_ones(),
        IpAddr::V6(mask) => Ipv6Addr::to_bits(mask).leading_ones(),
    };
    u8::try_from(ones).unwrap_or(128)
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;
    use crate::testing::TestRoot;

    #[test]
    fn loopback_is_found_with_its_network() {
        let own = own(&Root::host().unwrap()).unwrap();
        let expected = Address {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            prefix: 8,
            interface: "lo".to_owned(),
            scope: Scope::Loopback,
            zone: 0,
        };
        assert!(own.contains(&expected), "{own:?}");
    }

    #[test]
    fn a_socket_can_be_bound_to_each() {
        for Address { address, zone, .. } in own(&Root::host().unwrap()).unwrap() {
            let bound = match address {
                IpAddr::V4(address) => UdpSocket::bind((address, 0)),
                IpAddr::V6(address) => UdpSocket::bind(std::net::SocketAddrV6::new(address, 0, 0, zone)),
            };
            assert!(bound.is_ok(), "{address} in zone {zone}: {bound:?}");
        }
    }

    #[test]
    fn scopes_and_prefixes_are_told() {
        let scope = |text: &str| Scope::of(text.parse().unwrap());
        for text in ["127.0.0.1", "127.8.9.10", "::1"] {
            assert_eq!(scope(text), Scope::Loopback);
        }
        for text in ["169.254.1.2", "fe80::1", "febf::1"] {
            assert_eq!(scope(text), Scope::Link);
        }
        for text in ["10.0.0.1", "192.0.2.1", "2001:db8::1", "fd00::1", "fec0::1"] {
            assert_eq!(scope(text), Scope::Global);
        }
        for (mask, bits) in
            [("255.0.0.0", 8), ("0.0.0.0", 0), ("255.255.255.255", 32), ("ffff:ffff:8000::", 33)]
        {
            assert_eq!(prefix(mask.parse().unwrap()), bits);
        }
    }

    #[test]
    fn another_root_has_no_addresses() {
        assert_eq!(own(&TestRoot::new().open()).unwrap(), []);
    }
}
