//! The probe: asks the daemons of this host what an attacker would ask them, and measures what they answer.
//!
//! Each request is sent once. All addresses and services are asked at the same time, and time, packets and bytes are
//! bounded: see [`wire`] for the numbers.

pub mod answer;
pub mod measure;
pub mod ntp;
pub mod snmp;
pub mod wire;

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use measure::{End, Measure};
use ntp::{NtpProved, NtpTalk, TrackingTalk};
use snmp::{Community, SnmpProved, SnmpTalk};
use wire::{Broken, Line, Sent};

/// How many targets are asked at the same time; each takes up to three sockets.
const AT_ONCE: usize = 64;

/// What to ask.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// NTP, if it is to be asked.
    pub ntp: Option<NtpPorts>,
    /// SNMP, if it is to be asked.
    pub snmp: Option<SnmpAsked<'a>>,
    /// How long one request may take. All of a target takes at most three times as long.
    pub timeout: Duration,
}

/// Where NTP is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NtpPorts {
    /// The time service, 123 by default.
    pub time: u16,
    /// chrony's command port, 323 by default; `None` leaves it in peace.
    pub command: Option<u16>,
}

impl Default for NtpPorts {
    fn default() -> Self {
        Self { time: 123, command: Some(323) }
    }
}

/// Where and with which communities SNMP is asked.
#[derive(Clone, Copy, Debug)]
pub struct SnmpAsked<'a> {
    /// The agent's port, 161 by default.
    pub port: u16,
    /// Each is tried once a version; of more than eight the first eight.
    pub communities: &'a [Community<'a>],
}

impl SnmpAsked<'static> {
    /// The port by default.
    pub const PORT: u16 = 161;

    /// The communities that attackers try first.
    #[must_use]
    pub fn defaults() -> Self {
        Self { port: Self::PORT, communities: &Community::DEFAULTS }
    }
}

/// An address that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The address.
    pub address: IpAddr,
    /// The number of the interface, for a link-local IPv6 address; else 0.
    pub scope: u32,
    /// From where it is asked.
    pub vantage: Vantage,
}

/// From where an address is asked, which decides what an answer proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vantage {
    /// An address of this host, asked from itself: the daemon's rules see a stranger.
    Own,
    /// 127.0.0.0/8 or ::1, to which stock configurations open all doors: it says nothing of others.
    Loopback,
    /// Another host's address.
    Foreign,
}

impl Vantage {
    /// The word for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Loopback => "loopback",
            Self::Foreign => "foreign",
        }
    }
}

/// What one target has answered.
#[derive(Debug)]
pub struct Proved {
    /// The target.
    pub target: Target,
    /// The address that it was asked from, as far as it could be asked.
    pub source: Option<IpAddr>,
    /// NTP, if it was asked.
    pub ntp: Option<NtpProved>,
    /// SNMP, if it was asked.
    pub snmp: Option<SnmpProved>,
}

impl Proved {
    /// Whether an NTP daemon answers strangers more than the time. What it answers this host alone does not count.
    #[must_use]
    pub fn opens_ntp(&self) -> bool {
        let opens = |ntp: &NtpProved| {
            let command = ntp.command.as_ref().map(|command| &command.presence);
            ntp.verdict.is_open() || matches!(command, Some(Presence::Answers))
        };
        self.target.vantage != Vantage::Loopback && self.ntp.as_ref().is_some_and(opens)
    }

    /// Whether an SNMP agent accepts a default community from strangers.
    #[must_use]
    pub fn opens_snmp(&self) -> bool {
        let opens = |snmp: &SnmpProved| snmp.accepted_defaults().next().is_some();
        self.target.vantage != Vantage::Loopback && self.snmp.as_ref().is_some_and(opens)
    }

    /// Why no service of it could be asked; `None` when one could.
    #[must_use]
    pub fn unasked(&self) -> Option<&io::Error> {
        let ntp = self.ntp.as_ref().map(|ntp| &ntp.presence);
        let snmp = self.snmp.as_ref().map(|snmp| &snmp.presence);
        let mut errors = ntp.into_iter().chain(snmp).map(|presence| match presence {
            Presence::Unasked(error) => Some(error),
            _ => None,
        });
        let first = errors.next()?;
        errors.all(|error| error.is_some()).then_some(first)?
    }
}

/// One request and its replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange<R> {
    /// What was asked.
    pub request: R,
    /// The bytes and packets.
    pub measure: Measure,
    /// How the replies ended.
    pub end: End,
}

impl<R> Exchange<R> {
    /// Whether anything came.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.measure.reply_packets > 0
    }
}

/// Whether a service is there.
#[derive(Debug)]
pub enum Presence {
    /// It has answered something.
    Answers,
    /// It has answered nothing: it may not be there, may be told to be silent, or a firewall drops the packets.
    Silent,
    /// Nothing listens there, or a firewall says so.
    Refused,
    /// It could not be asked.
    Unasked(io::Error),
}

impl Presence {
    fn of(broken: Option<Broken>, sent: &[Sent]) -> Self {
        match broken {
            _ if sent.iter().any(|sent| sent.measure.reply_packets > 0) => Self::Answers,
            Some(Broken::Refused) => Self::Refused,
            Some(Broken::Failed(error)) => Self::Unasked(error),
            None => Self::Silent,
        }
    }

    /// The word for programs.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Silent => "silent",
            Self::Refused => "refused",
            Self::Unasked(_) => "unasked",
        }
    }
}

/// Puts together what was asked and what came.
fn exchanges<R: Copy>(requests: &[R], sent: &[Sent]) -> Vec<Exchange<R>> {
    let exchange = |(request, sent): (&R, &Sent)| Exchange {
        request: *request,
        measure: sent.measure,
        end: sent.end.unwrap_or(End::Silent),
    };
    requests.iter().zip(sent).map(exchange).collect()
}

/// Asks all targets, and gives their answers in the same order.
#[must_use]
pub fn probe(asked: &Asked<'_>, targets: &[Target]) -> Vec<Proved> {
    targets.chunks(AT_ONCE).flat_map(|targets| probe_at_once(asked, targets)).collect()
}

/// The conversations with one target.
struct Talks<'a> {
    target: Target,
    ntp: Option<(NtpPorts, NtpTalk, TrackingTalk)>,
    snmp: Option<(u16, SnmpTalk<'a>)>,
}

fn probe_at_once(asked: &Asked<'_>, targets: &[Target]) -> Vec<Proved> {
    let talks = |target: &Target| Talks {
        target: *target,
        ntp: asked.ntp.map(|ports| (ports, NtpTalk::default(), TrackingTalk::default())),
        snmp: asked.snmp.map(|snmp| (snmp.port, SnmpTalk::new(snmp.communities))),
    };
    let mut talks: Vec<Talks<'_>> = targets.iter().map(talks).collect();
    let mut lines = Vec::new();
    for talk in &mut talks {
        let target = talk.target;
        if let Some((ports, time, command)) = &mut talk.ntp {
            lines.push(Line::new(target, ports.time, asked.timeout, time));
            if let Some(port) = ports.command {
                lines.push(Line::new(target, port, asked.timeout, command));
            }
        }
        if let Some((port, talk)) = &mut talk.snmp {
            lines.push(Line::new(target, *port, asked.timeout, talk));
        }
    }
    wire::converse(&mut lines);
    let heard: Vec<Heard> = lines.into_iter().map(Heard::of).collect();
    let mut heard = heard.into_iter();
    talks.into_iter().map(|talks| proved(talks, &mut heard)).collect()
}

/// What is left of a line when its conversation has been let go.
struct Heard {
    source: Option<IpAddr>,
    sent: Vec<Sent>,
    presence: Presence,
}

impl Heard {
    fn of(line: Line<'_>) -> Self {
        Self { source: line.source, presence: Presence::of(line.broken, &line.sent), sent: line.sent }
    }
}

fn proved(talks: Talks<'_>, heard: &mut impl Iterator<Item = Heard>) -> Proved {
    let mut source = None;
    let mut next = || {
        let heard = heard.next()?;
        source = source.or(heard.source);
        Some((heard.sent, heard.presence))
    };
    let ntp = talks.ntp.and_then(|(ports, time, _)| {
        let (sent, presence) = next()?;
        let command = ports.command.and_then(|_| next());
        Some(time.proved(&sent, presence, command))
    });
    let snmp = talks.snmp.and_then(|(_, talk)| {
        let (sent, presence) = next()?;
        Some(talk.proved(&sent, presence))
    });
    Proved { target: talks.target, source, ntp, snmp }
}

#[cfg(test)]
mod tests;
