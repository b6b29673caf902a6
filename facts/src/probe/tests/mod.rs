//! Whole conversations with a responder that plays the daemons of the field, good and bad.
//!
//! Where a test gives a request an hour, it says that nothing was waited for: it would not end otherwise.

mod endless;
mod mutated;
mod ntp;
mod responder;
mod snmp;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::{Asked, NtpPorts, Proved, SnmpAsked, Target, Vantage, probe};

/// Longer than any test.
const HOUR: Duration = Duration::from_secs(3600);
/// For what is to be given up.
const SHORT: Duration = Duration::from_millis(60);

const LOOPBACK: Target =
    Target { address: IpAddr::V4(Ipv4Addr::LOCALHOST), scope: 0, vantage: Vantage::Loopback };

fn ask_ntp(port: u16, timeout: Duration) -> super::ntp::NtpProved {
    let ports = NtpPorts { time: port, command: None };
    only(probe(&Asked { ntp: Some(ports), snmp: None, timeout }, &[LOOPBACK])).ntp.unwrap()
}

fn ask_snmp(port: u16, timeout: Duration) -> super::snmp::SnmpProved {
    let snmp = SnmpAsked { port, ..SnmpAsked::defaults() };
    only(probe(&Asked { ntp: None, snmp: Some(snmp), timeout }, &[LOOPBACK])).snmp.unwrap()
}

fn only(mut proved: Vec<Proved>) -> Proved {
    assert_eq!(proved.len(), 1);
    proved.remove(0)
}
