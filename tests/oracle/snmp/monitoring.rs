//! Monitoring: who asks snmpd from the other end of the wire, and whether there is an answer.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::packet::{self, Operation, Version};
use crate::net::{Daemon, Host, V4_HOST, V4_OUTSIDE};

/// sysDescr.0
const SYS_DESCR: &[u64] = &[1, 3, 6, 1, 2, 1, 1, 1, 0];

/// No answer on a wire without a length takes so long.
const SILENCE: Duration = Duration::from_millis(250);

/// How Debian starts snmpd, but for its log and MIB files.
const SNMPD: [&str; 11] = [
    "env",
    "MIBS=",
    "/usr/sbin/snmpd",
    "-Le",
    "-u",
    "Debian-snmp",
    "-g",
    "Debian-snmp",
    "-I",
    "-smux,mteTrigger,mteTriggerConf",
    "-f",
];

/// A running snmpd and who asks it.
pub(super) struct Monitoring<'h> {
    pub(super) daemon: Daemon<'h>,
    socket: UdpSocket,
    next: AtomicU32,
}

impl<'h> Monitoring<'h> {
    pub(super) fn start(host: &'h Host) -> Self {
        Self::start_with(host, &[])
    }

    /// The same with more options.
    pub(super) fn start_with(host: &'h Host, options: &[&str]) -> Self {
        let daemon = host.start(&[&SNMPD, options].concat());
        daemon.wait_for_port(161);
        let socket = host.outside().socket(SocketAddr::new(V4_OUTSIDE, 0));
        socket.connect(SocketAddr::new(V4_HOST, 161)).unwrap();
        socket.set_read_timeout(Some(SILENCE)).unwrap();
        Self { daemon, socket, next: AtomicU32::new(0x4000_0000) }
    }

    /// What snmpd has logged.
    pub(super) fn log(&self) -> String {
        self.daemon.log()
    }

    /// Whether any answer comes to a GET of sysDescr.0 with this community.
    pub(super) fn answers(&self, version: Version, community: &[u8]) -> bool {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let request = packet::request(version, community, Operation::Get, number, &[SYS_DESCR]);
        self.socket.send(&request).unwrap();
        let mut reply = [0; 65536];
        // A late answer to an earlier question is not one to this.
        while let Ok(length) = self.socket.recv(&mut reply) {
            if packet::answer(&reply[..length]).request == number {
                return true;
            }
        }
        false
    }

    /// Waits until this community is let in: the daemon has read its files.
    pub(super) fn wait_until_answers(&self, community: &[u8]) {
        self.daemon.wait_until("an answer", || self.answers(Version::V2c, community));
    }

    /// Waits until this community is let in no more.
    pub(super) fn wait_until_silent(&self, community: &[u8]) {
        self.daemon.wait_until("silence", || !self.answers(Version::V2c, community));
    }
}
