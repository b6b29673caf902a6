//! Who may do what: the answers of a running snmpd, from its tables.
//!
//! Three things must agree before it answers: the list of communities of the transport, a group, and a row of access
//! for it. The first entry that matches community and source decides, whatever stands behind it. What may be seen is a
//! view; where it holds nothing, the daemon still answers, and still lends itself to reflection.

use std::cell::RefCell;
use std::collections::HashSet;
use std::net::IpAddr;

use rustc_hash::FxHashMap;

use super::communities::LONGEST_EASY_COMMUNITY;
use super::load::{Disabled, Loader};
use super::source::{Network, Sense, Source};
use super::tables::{Com2Sec, Extent, Level, LineId, Model, Tables, Transport};
use crate::secret::Secret;

/// The longest community that a request can carry: the buffer of the library less the NUL.
const LONGEST_ASKED: usize = LONGEST_EASY_COMMUNITY;

/// The versions of SNMP that a community is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Versions {
    /// SNMPv1
    V1,
    /// SNMPv2c
    V2c,
    /// Both.
    Both,
}

/// A version of SNMP that knows communities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// SNMPv1
    V1,
    /// SNMPv2c
    V2c,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Over UDP or TCP, from an address.
    Ip(IpAddr),
    /// Over the socket of this path.
    Socket(Vec<u8>),
}

/// A part of the tree that may be read, or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The name of the view, as the row of access has it.
    pub view: Vec<u8>,
    /// How much of the tree it holds.
    pub extent: Extent,
}

impl Access {
    /// Whether nothing is in the view, or there is no such view.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.extent == Extent::Empty
    }
}

/// A right that a community has, whoever knows it and comes from there.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The line that lets the community in: the one to edit.
    pub line: LineId,
    /// The lines of group and access that it leads through; none for the easy lines.
    pub via: Vec<LineId>,
    /// The community as a request must have it.
    pub community: Secret,
    /// What the request must come over.
    pub transport: Transport,
    /// From where.
    pub source: Source,
    /// With which versions.
    pub versions: Versions,
    /// What may be read; where that is nothing, the daemon answers all the same.
    pub read: Access,
    /// What may be written.
    pub write: Access,
    /// The line before it that decides in its place for all of its sources, whether that one opens or refuses. Were it
    /// removed, this one would decide.
    pub shadowed_by: Option<LineId>,
}

/// An entry of a list of communities that lets nobody in; what stands behind it is not asked.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The line.
    pub line: LineId,
    /// The community that it is for.
    pub community: Secret,
    /// What the request must come over.
    pub transport: Transport,
    /// From where.
    pub source: Source,
    /// Why nobody is let in.
    pub reason: Silence,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Silence {
    /// The version is switched off.
    Disabled,
    /// No entry has this community for this source.
    NoCommunity,
    /// The entry refuses.
    Refused,
    /// The entry asks for a context that does not exist.
    NoContext,
    /// Who asks is in no group.
    NoGroup,
    /// The group has no rights.
    NoAccess,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No answer.
    Silent(Silence),
    /// An answer, which shows no more than this.
    Answers {
        /// What may be read.
        read: Access,
        /// What may be written.
        write: Access,
    },
}

/// What becomes of a request, and which lines decide it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What becomes of it.
    pub outcome: Outcome,
    /// The line that has the community for this source.
    pub line: Option<LineId>,
    /// The lines of group and access behind it, as far as they were found.
    pub via: Vec<LineId>,
}

impl Decision {
    /// Whether there is an answer at all.
    #[must_use]
    pub fn answers(&self) -> bool {
        matches!(self.outcome, Outcome::Answers { .. })
    }

    fn silent(reason: Silence, line: Option<LineId>) -> Self {
        Self { outcome: Outcome::Silent(reason), line, via: Vec::new() }
    }
}

/// The access control of a running daemon, as its files say.
#[derive(Clone, Debug)]
pub struct Control {
    /// Its tables.
    pub tables: Tables,
    /// The versions that are switched off.
    pub disabled: Disabled,
    /// The contexts that exist beside the one without a name.
    pub contexts: HashSet<Vec<u8>>,
    /// How much is in a view, once it was asked.
    extents: RefCell<FxHashMap<Vec<u8>, Extent>>,
}

impl Control {
    /// What was read.
    #[must_use]
    pub fn of(loader: Loader<'_>, contexts: HashSet<Vec<u8>>) -> Self {
        Self { tables: loader.tables, disabled: loader.disabled, contexts, extents: RefCell::default() }
    }

    pub(super) fn access_to(&self, view: &[u8]) -> Access {
        let known = self.extents.borrow().get(view).copied();
        let extent = known.unwrap_or_else(|| {
            let extent = self.tables.extent(view);
            self.extents.borrow_mut().insert(view.to_vec(), extent);
            extent
        });
        Access { view: view.to_vec(), extent }
    }

    /// What becomes of a request with this community.
    #[must_use]
    pub fn decide(&self, community: &[u8], peer: &Peer, version: Version) -> Decision {
        let entries = self.tables.com2sec(peer.transport()).iter();
        self.decide_among(entries.filter(|entry| entry.community == community), peer, version)
    }

    /// What becomes of a request with the community of these entries, which are all that have it.
    pub(super) fn decide_among<'t>(
        &self,
        mut entries: impl Iterator<Item = &'t Com2Sec>,
        peer: &Peer,
        version: Version,
    ) -> Decision {
        if self.disabled_by(version).is_some() {
            return Decision::silent(Silence::Disabled, self.disabled_by(version));
        }
        match entries.find(|entry| peer.is_in(&entry.source)) {
            Some(entry) if entry.community.len() <= LONGEST_ASKED => self.follow(entry, version),
            _ => Decision::silent(Silence::NoCommunity, None),
        }
    }

    /// The line that switches a version off, where one does.
    #[must_use]
    pub fn disabled_by(&self, version: Version) -> Option<LineId> {
        match version {
            Version::V1 => self.disabled.v1,
            Version::V2c => self.disabled.v2c,
        }
    }

    /// What becomes of a request for which an entry decides.
    pub(super) fn follow(&self, entry: &Com2Sec, version: Version) -> Decision {
        let line = Some(entry.line);
        if entry.sense == Sense::Refuses {
            return Decision::silent(Silence::Refused, line);
        }
        if !entry.context.is_empty() && !self.contexts.contains(&entry.context) {
            return Decision::silent(Silence::NoContext, line);
        }
        let model = match version {
            Version::V1 => Model::V1,
            Version::V2c => Model::V2c,
        };
        let Some(group) = self.tables.group(model, &entry.security_name) else {
            return Decision::silent(Silence::NoGroup, line);
        };
        let mut via = Vec::new();
        if group.line != entry.line {
            via.push(group.line);
        }
        let Some(row) = self.tables.access(&group.group, &entry.context, model, Level::NoAuth) else {
            return Decision { outcome: Outcome::Silent(Silence::NoAccess), line, via };
        };
        via.extend(
            [&[row.line], row.changed_by.as_slice()].concat().into_iter().filter(|line| *line != entry.line),
        );
        via.dedup();
        let outcome = Outcome::Answers { read: self.access_to(&row.read), write: self.access_to(&row.write) };
        Decision { outcome, line, via }
    }

    /// All rights that communities have, in the order in which the lists are asked; also those that a line before
    /// them keeps from being asked.
    #[must_use]
    pub fn grants(&self) -> (Vec<Grant>, Vec<Refusal>) {
        let (mut grants, mut refusals) = (Vec::new(), Vec::new());
        for transport in Transport::ALL {
            let mut shadows = Shadows::default();
            for entry in self.tables.com2sec(transport) {
                let shadowed_by = shadows.of(entry);
                shadows.add(entry);
                // A file that is read twice says nothing new.
                if shadowed_by != Some(entry.line) {
                    self.add_grants(entry, transport, shadowed_by, &mut grants, &mut refusals);
                }
            }
        }
        (grants, refusals)
    }

    fn add_grants(
        &self,
        entry: &Com2Sec,
        transport: Transport,
        shadowed_by: Option<LineId>,
        grants: &mut Vec<Grant>,
        refusals: &mut Vec<Refusal>,
    ) {
        let grant = |decision: Decision, versions: Versions| match decision.outcome {
            Outcome::Silent(_) => None,
            Outcome::Answers { read, write } => Some(Grant {
                line: entry.line,
                via: decision.via,
                community: Secret::new(entry.community.clone()),
                transport,
                source: entry.source.clone(),
                versions,
                read,
                write,
                shadowed_by,
            }),
        };
        let follow = |version| match self.disabled_by(version) {
            Some(line) => Decision::silent(Silence::Disabled, Some(line)),
            None => self.follow(entry, version),
        };
        let (first, second) = (follow(Version::V1), follow(Version::V2c));
        let before = grants.len();
        if first.outcome == second.outcome {
            let mut via = first.via.clone();
            via.splice(0..0, second.via.iter().copied().filter(|line| !first.via.contains(line)));
            grants.extend(grant(Decision { via, ..first.clone() }, Versions::Both));
        } else {
            grants.extend(grant(first.clone(), Versions::V1));
            grants.extend(grant(second, Versions::V2c));
        }
        if let (Outcome::Silent(reason), true) = (&first.outcome, grants.len() == before) {
            refusals.push(Refusal {
                line: entry.line,
                community: Secret::new(entry.community.clone()),
                transport,
                source: entry.source.clone(),
                reason: *reason,
            });
        }
    }
}

impl Peer {
    /// What the peer comes over.
    #[must_use]
    pub fn transport(&self) -> Transport {
        match self {
            Self::Ip(IpAddr::V4(_)) => Transport::Ipv4,
            Self::Ip(IpAddr::V6(_)) => Transport::Ipv6,
            Self::Socket(_) => Transport::Unix,
        }
    }

    /// Whether requests of this peer come from a source.
    #[must_use]
    pub fn is_in(&self, source: &Source) -> bool {
        match (self, source) {
            (Self::Ip(address), Source::Net(network)) => network.contains(*address),
            // Nobody knows here what a name stands for.
            (Self::Ip(_), Source::Host { .. }) => false,
            (Self::Socket(_), Source::Socket(None)) => true,
            (Self::Socket(path), Source::Socket(Some(other))) => path == other,
            _ => false,
        }
    }
}

/// Which entries have decided for which sources already: by community, by mask, by what is left of the address.
#[derive(Default)]
struct Shadows<'t> {
    networks: FxHashMap<&'t [u8], FxHashMap<Network, FxHashMap<Network, Seen>>>,
    others: FxHashMap<&'t [u8], Vec<(&'t Source, Seen)>>,
    count: usize,
}

/// The place of an entry in its list, and its line.
type Seen = (usize, LineId);

impl<'t> Shadows<'t> {
    /// The first line before an entry that decides for all of its sources.
    fn of(&self, entry: &Com2Sec) -> Option<LineId> {
        let by_network = match &entry.source {
            Source::Net(network) => self.networks.get(entry.community.as_slice()).and_then(|masks| {
                let covers = |(mask, seen): (&Network, &FxHashMap<Network, Seen>)| {
                    let wide = widened(*network, *mask)?;
                    seen.get(&wide).copied()
                };
                masks.iter().filter_map(covers).min()
            }),
            _ => None,
        };
        let by_other = self.others.get(entry.community.as_slice()).and_then(|others| {
            others.iter().find(|(source, _)| source.covers(&entry.source)).map(|(_, seen)| *seen)
        });
        by_network.into_iter().chain(by_other).min().map(|(_, line)| line)
    }

    fn add(&mut self, entry: &'t Com2Sec) {
        let seen = (self.count, entry.line);
        self.count += 1;
        match &entry.source {
            Source::Net(network) => {
                let masks = self.networks.entry(&entry.community).or_default();
                masks.entry(mask_of(*network)).or_default().entry(*network).or_insert(seen);
                if network.is_any() {
                    self.others.entry(&entry.community).or_default().push((&entry.source, seen));
                }
            }
            source => self.others.entry(&entry.community).or_default().push((source, seen)),
        }
    }
}

/// The mask of a network, as a network.
fn mask_of(network: Network) -> Network {
    match network {
        Network::V4 { mask, .. } => Network::V4 { address: 0, mask },
        Network::V6 { mask, .. } => Network::V6 { address: 0, mask },
    }
}

/// The network of this mask in which all of another is; `None` where the mask is the narrower one.
fn widened(network: Network, mask: Network) -> Option<Network> {
    match (network, mask) {
        (Network::V4 { address, mask: narrow }, Network::V4 { mask, .. }) if mask & !narrow == 0 => {
            Some(Network::V4 { address: address & mask, mask })
        }
        (Network::V6 { address, mask: narrow }, Network::V6 { mask, .. }) if mask & !narrow == 0 => {
            Some(Network::V6 { address: address & mask, mask })
        }
        _ => None,
    }
}
