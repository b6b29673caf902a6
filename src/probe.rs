//! `standfast probe`: which addresses are asked, and what their answers come to.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use standfast_facts::addresses::{self, Address, AddressesError, Scope};
use standfast_facts::probe::{Asked, NtpPorts, Proved, SnmpAsked, Target, Vantage, probe};
use standfast_facts::root::{Root, RootError};
use standfast_providers::shown::Shown;
use thiserror::Error;

use crate::cli::{self, Service};

/// Why nothing was asked.
#[derive(Debug, Error)]
pub enum ProbeError {
    /// The root directory.
    #[error(transparent)]
    Root(#[from] RootError),
    /// The addresses of this host.
    #[error(transparent)]
    Addresses(#[from] AddressesError),
    /// The target is a name, or nonsense.
    #[error(
        "`{0}` is no IP address; names are not looked up, for a name may lead to a host that is not yours"
    )]
    NoAddress(Shown),
    /// The target is another host's.
    #[error(
        "{0} is no address of this host: only its owner may ask another host; if you are, say --i-own-this-host"
    )]
    NotOurs(IpAddr),
    /// The target is many hosts.
    #[error("{0} is no single host")]
    NoSingleHost(IpAddr),
    /// The target is of one link, and it is not said which.
    #[error("{0} is an address of one link: name the interface, as in {0}%eth0")]
    NoInterface(IpAddr),
    /// Nothing could be asked.
    #[error("nothing could be asked: {0}")]
    Unasked(String),
}

/// What was asked and answered.
#[derive(Debug)]
pub struct Probed {
    /// A target each.
    pub targets: Vec<Proved>,
    /// How long it took.
    pub took: Duration,
}

impl Probed {
    /// Whether something answers strangers that should not.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.targets.iter().any(|proved| proved.opens_ntp() || proved.opens_snmp())
    }
}

/// Asks what the command line says.
///
/// # Errors
/// When there is nothing that may be asked, or nothing that could be.
pub fn run(arguments: &cli::Probe) -> Result<Probed, ProbeError> {
    let own = addresses::own(&Root::host()?)?;
    let targets = match &arguments.target {
        Some(given) => vec![one(given, &own, arguments.i_own_this_host)?],
        None => all(&own),
    };
    let wants = |service| arguments.service.is_none_or(|wanted| wanted == service);
    let ntp = match arguments.port {
        Some(time) => NtpPorts { time, command: None },
        None => NtpPorts::default(),
    };
    let snmp = SnmpAsked { port: arguments.port.unwrap_or(SnmpAsked::PORT), ..SnmpAsked::defaults() };
    let asked = Asked {
        ntp: wants(Service::Ntp).then_some(ntp),
        snmp: wants(Service::Snmp).then_some(snmp),
        timeout: Duration::from_millis(arguments.timeout.into()),
    };
    let start = Instant::now();
    let probed = Probed { targets: probe(&asked, &targets), took: start.elapsed() };
    match probed.targets.iter().map(Proved::unasked).collect::<Option<Vec<_>>>() {
        Some(errors) => {
            let first = errors.first().map_or_else(|| "this host has no address".into(), ToString::to_string);
            Err(ProbeError::Unasked(first))
        }
        None => Ok(probed),
    }
}

/// All addresses of this host: first those that strangers know, last loopback.
#[must_use]
pub fn all(own: &[Address]) -> Vec<Target> {
    let mut targets: Vec<(Scope, Target)> = own.iter().map(|own| (own.scope, target(own))).collect();
    // The scopes in order are loopback, link, global.
    targets.sort_by_key(|(scope, target)| (std::cmp::Reverse(*scope), *target));
    targets.dedup();
    targets.into_iter().map(|(_, target)| target).collect()
}

fn target(own: &Address) -> Target {
    let vantage = if own.scope == Scope::Loopback { Vantage::Loopback } else { Vantage::Own };
    Target { address: own.address, scope: own.zone, vantage }
}

/// The one target that is given, if it may be asked.
fn one(given: &str, own: &[Address], is_owner: bool) -> Result<Target, ProbeError> {
    let (text, interface) = match given.split_once('%') {
        Some((text, interface)) => (text, Some(interface)),
        None => (given, None),
    };
    let address: IpAddr = text.parse().map_err(|_| ProbeError::NoAddress(Shown::text(given)))?;
    // ::ffff:192.0.2.1 is another spelling of 192.0.2.1, and a socket of IPv6 would ask it by IPv4.
    let address = address.to_canonical();
    let is_link = address.is_ipv6() && Scope::of(address) == Scope::Link;
    let is_here = |own: &&Address| {
        own.address == address && interface.is_none_or(|name| !is_link || own.interface == name)
    };
    let mut found = own.iter().filter(is_here);
    match (found.next(), found.next()) {
        (Some(own), None) => return Ok(target(own)),
        (Some(own), Some(_)) if !is_link => return Ok(target(own)),
        (Some(_), Some(_)) => return Err(ProbeError::NoInterface(address)),
        (None, _) => {}
    }
    // Each address of 127.0.0.0/8 is this host, whether an interface bears it or not.
    if address.is_loopback() {
        return Ok(Target { address, scope: 0, vantage: Vantage::Loopback });
    }
    if is_many(address) {
        return Err(ProbeError::NoSingleHost(address));
    }
    if !is_owner {
        return Err(ProbeError::NotOurs(address));
    }
    let zone = |name: &str| own.iter().find(|own| own.zone != 0 && own.interface == name).map(|own| own.zone);
    let scope = match interface.and_then(zone) {
        Some(zone) if is_link => zone,
        None if is_link => return Err(ProbeError::NoInterface(address)),
        _ => 0,
    };
    Ok(Target { address, scope, vantage: Vantage::Foreign })
}

fn is_many(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_multicast() || address.is_broadcast() || address.is_unspecified(),
        IpAddr::V6(address) => address.is_multicast() || address.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Vec<Address> {
        let address = |text: &str, interface: &str, zone| {
            let address = text.parse().unwrap();
            Address { address, prefix: 24, interface: interface.into(), scope: Scope::of(address), zone }
        };
        vec![
            address("127.0.0.1", "lo", 0),
            address("10.9.0.1", "eth0", 0),
            address("fe80::1", "eth0", 2),
            address("fe80::1", "eth1", 3),
            address("fe80::2", "eth1", 3),
            address("::1", "lo", 0),
            address("fd00:9::1", "eth0", 0),
        ]
    }

    #[test]
    fn all_own_addresses_are_asked_and_loopback_last() {
        let targets = all(&own());
        let vantages: Vec<_> = targets.iter().map(|target| (target.vantage, target.scope)).collect();
        let own = |scope| (Vantage::Own, scope);
        let loopback = (Vantage::Loopback, 0);
        assert_eq!(vantages, [own(0), own(0), own(2), own(3), own(3), loopback, loopback]);
    }

    #[test]
    fn an_own_address_is_asked_from_itself_and_another_hosts_is_refused() {
        let own = own();
        assert_eq!(one("10.9.0.1", &own, false).unwrap().vantage, Vantage::Own);
        assert_eq!(one("::ffff:10.9.0.1", &own, false).unwrap().address, own[1].address);
        assert_eq!(one("127.7.7.7", &own, false).unwrap().vantage, Vantage::Loopback);
        assert!(matches!(one("10.9.0.2", &own, false), Err(ProbeError::NotOurs(_))));
        assert_eq!(one("10.9.0.2", &own, true).unwrap().vantage, Vantage::Foreign);
    }

    #[test]
    fn many_hosts_and_names_are_refused_even_their_owner() {
        for text in ["224.0.1.1", "255.255.255.255", "0.0.0.0", "::", "ff02::101"] {
            assert!(matches!(one(text, &own(), true), Err(ProbeError::NoSingleHost(_))), "{text}");
        }
        for text in ["localhost", "", "10.9.0", "10.9.0.0/24", "10.9.0.1,10.9.0.2", "[::1]"] {
            assert!(matches!(one(text, &own(), true), Err(ProbeError::NoAddress(_))), "{text}");
        }
    }

    #[test]
    fn an_address_of_a_link_needs_its_interface_where_it_is_not_the_only_one() {
        let own = own();
        assert_eq!(one("fe80::2", &own, false).unwrap().scope, 3);
        assert_eq!(one("fe80::1%eth1", &own, false).unwrap().scope, 3);
        assert!(matches!(one("fe80::1", &own, false), Err(ProbeError::NoInterface(_))));
        assert!(matches!(one("fe80::9", &own, true), Err(ProbeError::NoInterface(_))));
        assert_eq!(one("fe80::9%eth0", &own, true).unwrap().scope, 2);
        assert!(matches!(one("fe80::9%eth0", &own, false), Err(ProbeError::NotOurs(_))));
    }
}
