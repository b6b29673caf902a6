//! Strangers: those who ask a daemon from outside, from many addresses at once.

use std::cell::Cell;
use std::net::{IpAddr, UdpSocket};
use std::time::Duration;

use standfast_providers::ntp::semantics::{Answers, Port};

use super::outside::{self, received, send};
use super::packets::{self, Answer};
use crate::net::{Daemon, Host, V4_OUTSIDE, V6_OUTSIDE};

/// One who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asker {
    pub(super) address: IpAddr,
    pub(super) port: Port,
}

/// Each of these addresses, from port 123 and from another.
pub(super) fn askers(addresses: &[&str]) -> Vec<Asker> {
    let addresses = addresses.iter().map(|address| address.parse().unwrap());
    addresses.flat_map(|address| [Port::Other, Port::Ntp].map(|port| Asker { address, port })).collect()
}

/// Lines that let the two through who tell when all others are answered. No asker has their addresses.
pub(super) const CONTROL: &str = "restrict 192.0.2.2\nrestrict 2001:db8::2\n";

/// So many ask before the answers are waited for: a daemon that is slow to be run loses no packet.
const AT_ONCE: usize = 8;

/// The askers of one machine, each with a socket of its own.
pub(super) struct Strangers {
    askers: Vec<(Asker, UdpSocket)>,
    controls: [UdpSocket; 2],
    number: Cell<u64>,
}

impl Strangers {
    /// The askers may have any addresses.
    pub(super) fn new(host: &Host, askers: &[Asker]) -> Self {
        outside::owns_everything(host);
        let own = |port| if port == Port::Ntp { 123 } else { 0 };
        let open = |asker: &Asker| (*asker, outside::socket(host, asker.address, own(asker.port), 123));
        Self {
            askers: askers.iter().map(open).collect(),
            controls: [V4_OUTSIDE, V6_OUTSIDE].map(|address| outside::socket(host, address, 0, 123)),
            number: Cell::new(1),
        }
    }

    /// Waits until the daemon answers; `false` when it has ended instead.
    pub(super) fn wait_for(&self, daemon: &Daemon<'_>) -> bool {
        self.controls.iter().all(|control| self.wait_while(control, || daemon.runs()))
    }

    /// What each asker is answered, in their order.
    pub(super) fn ask(&self) -> Vec<Answers> {
        self.askers.chunks(AT_ONCE).flat_map(|askers| self.ask_at_once(askers)).collect()
    }

    fn ask_at_once(&self, askers: &[(Asker, UdpSocket)]) -> Vec<Answers> {
        let time = packets::time(0);
        for (_, socket) in askers {
            drop(received(socket));
            for packet in [&time, packets::READVAR, packets::NONCE, packets::SYSINFO, packets::MONLIST] {
                send(socket, packet);
            }
        }
        let mut heard = vec![Answers::default(); askers.len()];
        // The first answers may hold nonces, which lead to more.
        for _ in 0..2 {
            self.settle();
            for ((_, socket), heard) in askers.iter().zip(&mut heard) {
                answers(socket).for_each(|answer| hear(socket, answer, heard));
            }
        }
        heard
    }

    /// Waits until all that was sent before is answered or never will be: the daemon takes the packets to one
    /// address in their order. Twice, for two processors may deliver in another.
    fn settle(&self) {
        for control in self.controls.iter().chain(&self.controls) {
            self.wait_while(control, || true);
        }
    }

    /// Asks until there is an answer, as long as a condition holds. An answer that never comes fails the test.
    fn wait_while(&self, control: &UdpSocket, holds: impl Fn() -> bool) -> bool {
        const STUCK: usize = 3000;
        for _ in 0..STUCK {
            if self.is_answered(control) {
                return true;
            }
            if !holds() {
                return false;
            }
        }
        panic!("the daemon gives no time to the control: does the configuration let it through?");
    }

    /// Asks the time, and waits for the answer to this very question for a little.
    fn is_answered(&self, control: &UdpSocket) -> bool {
        let number = self.number.replace(self.number.get() + 1);
        send(control, &packets::time(number));
        let waits = std::iter::repeat_n(Duration::from_micros(200), 100);
        waits.into_iter().any(|pause| {
            std::thread::sleep(pause);
            answers(control).any(|answer| answer == Answer::Time(number))
        })
    }
}

/// Takes note of an answer; who has a nonce asks for the list of clients.
fn hear(socket: &UdpSocket, answer: Answer, heard: &mut Answers) {
    match answer {
        Answer::Time(_) => heard.time = true,
        Answer::Mode6 => heard.mode6 = true,
        Answer::Nonce(nonce) => send(socket, &packets::read_mru(&nonce)),
        Answer::Mru { has_client } => heard.mrulist |= has_client,
        Answer::Mode7 { has_client } => {
            heard.mode7 = true;
            heard.monlist |= has_client;
        }
        Answer::Unknown(packet) => panic!("what is this? {packet:02x?}"),
    }
}

/// All answers that have come.
fn answers(socket: &UdpSocket) -> impl Iterator<Item = Answer> {
    received(socket).into_iter().map(|packet| packets::answer(&packet))
}
