//! Who outside may query: for each entry that lets someone in, whether any such address is left when more specific
//! entries, loopback and the permitted networks are taken away.

use std::net::IpAddr;

use super::address::{AddressFamily, Network};
use super::flags::Flags;
use super::semantics::{Answers, Configuration, Port};
use super::spans::{Inside, Span, free_addresses};
use super::table::{Entry, Key, LineId};

/// Whom an entry lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Addresses of a network; one of them that is let in.
    Network(Network, IpAddr),
    /// The addresses that time comes from.
    TimeSource,
    /// A host by name.
    Named(Vec<u8>),
}

/// Someone outside who gets answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Who.
    pub asker: Asker,
    /// The entry's family; `None` for both.
    pub family: Option<AddressFamily>,
    /// Whether it is so from source port 123 only, or from all other ports only; `None` for all.
    pub port: Option<Port>,
    /// Whether the entry is for source port 123 only.
    pub ntpport: bool,
    /// What they get.
    pub answers: Answers,
    /// The flags of the entry.
    pub flags: Flags,
    /// The line that opens the door; `None` where it is built in.
    pub line: Option<LineId>,
}

impl Exposure {
    /// How many leading bits of an address the entry asks for; `None` where that is not known.
    #[must_use]
    pub fn length(&self) -> Option<u8> {
        match &self.asker {
            Asker::Network(network, _) => network.length(),
            Asker::TimeSource | Asker::Named(_) => None,
        }
    }
}

impl Configuration {
    /// All who are neither this host nor in the permitted networks and who get an answer to a query.
    #[must_use]
    pub fn exposures(&self, allowed: &[Network]) -> Vec<Exposure> {
        let mut exposures = Vec::new();
        for family in AddressFamily::BOTH.into_iter().filter(|family| self.is_reachable(*family)) {
            self.of_family(family, allowed, &mut exposures);
        }
        if self.is_listening() {
            exposures.extend(self.of_time_sources());
            exposures.extend(self.of_names());
        }
        exposures
    }

    /// Whether it starts, and listens on any address that is not loopback.
    #[must_use]
    pub fn is_listening(&self) -> bool {
        AddressFamily::BOTH.into_iter().any(|family| self.is_reachable(family))
    }

    fn of_family(&self, family: AddressFamily, allowed: &[Network], exposures: &mut Vec<Exposure>) {
        let entries: Vec<(&Key, &Entry)> =
            self.table.entries().filter(|(key, _)| key.network.family() == family).collect();
        // Where no entry is for port 123 alone, what holds for other ports holds for it.
        let other = free_address(&entries, Port::Other, family, allowed);
        let has_ntpport = entries.iter().any(|(key, _)| key.ntpport);
        let ntp =
            if has_ntpport { free_address(&entries, Port::Ntp, family, allowed) } else { other.clone() };
        for (index, (key, entry)) in entries.iter().enumerate() {
            if !entry.flags.may_query() {
                continue;
            }
            let (port, free) = match (ntp[index], other[index]) {
                (Some(free), Some(_)) => (None, free),
                (Some(free), None) => (Some(Port::Ntp), free),
                (None, Some(free)) => (Some(Port::Other), free),
                (None, None) => continue,
            };
            exposures.push(Exposure {
                asker: Asker::Network(key.network, family.address(free)),
                family: Some(family),
                port,
                ntpport: key.ntpport,
                answers: self.answers(entry.flags),
                flags: entry.flags,
                line: entry.opener(Flags::NOQUERY.with(Flags::IGNORE)),
            });
        }
    }

    fn of_time_sources(&self) -> Option<Exposure> {
        let template = self.template.filter(|template| template.flags.may_query())?;
        self.has_holes().then(|| Exposure {
            asker: Asker::TimeSource,
            family: None,
            port: template.ntpport.then_some(Port::Ntp),
            ntpport: template.ntpport,
            answers: self.answers(template.flags),
            flags: template.flags,
            line: Some(template.line),
        })
    }

    fn of_names(&self) -> impl Iterator<Item = Exposure> {
        let outside = self.named.iter().filter(|(host, _)| !is_this_host(&host.name));
        outside.filter(|(_, entry)| entry.flags.may_query()).map(|(host, entry)| Exposure {
            asker: Asker::Named(host.name.clone()),
            family: host.family,
            port: host.ntpport.then_some(Port::Ntp),
            ntpport: host.ntpport,
            answers: self.answers(entry.flags),
            flags: entry.flags,
            line: entry.opener(Flags::NOQUERY.with(Flags::IGNORE)),
        })
    }
}

/// Whether every hosts(5) gives a name to this host itself.
#[must_use]
pub fn is_this_host(name: &[u8]) -> bool {
    [
        &b"localhost"[..],
        b"localhost.localdomain",
        b"localhost4",
        b"localhost6",
        b"ip6-localhost",
        b"ip6-loopback",
    ]
    .iter()
    .any(|own| name.eq_ignore_ascii_case(own))
}

/// For each entry the lowest address for which it decides and that is outside, if there is one. An entry whose mask
/// has gaps is taken to decide for its lowest address, and to take nothing from others.
fn free_address(
    entries: &[(&Key, &Entry)],
    port: Port,
    family: AddressFamily,
    allowed: &[Network],
) -> Vec<Option<u128>> {
    let counts = |key: &Key| port == Port::Ntp || !key.ntpport;
    let whole =
        entries.iter().enumerate().filter(|(_, (key, _))| counts(key) && key.network.length().is_some());
    let spans = whole.map(|(index, (key, _))| {
        // Of entries for the same network that for port 123 is the inner one.
        Span { depth: u8::from(key.ntpport), ..Span::of(&key.network, index) }
    });
    let mut free = free_addresses(spans, entries.len(), &Inside { family, allowed });
    for (index, (key, _)) in entries.iter().enumerate().filter(|(_, (key, _))| counts(key)) {
        let network = &key.network;
        let is_inside = network.is_loopback() || allowed.iter().any(|allowed| allowed.covers(network));
        if network.length().is_none() && !is_inside {
            free[index] = Some(network.first());
        }
    }
    free
}
