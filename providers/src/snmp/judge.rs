//! What a community gets, from where, and where that is not what it should get.

use std::fmt;

use rustc_hash::FxHashSet;

use super::community::Grade;
use super::cover::Cover;
use super::semantics::{Access, Control, Outcome, Version};
use super::source::{Network, Sense, Source};
use super::tables::{Com2Sec, Extent, LineId, Transport};
use crate::provider::Effect;
use crate::shown::Shown;

/// What a community should get.
#[derive(Clone, Copy)]
pub struct Wanted<'w> {
    /// Its bytes: a secret.
    pub community: &'w [u8],
    /// What it may do.
    pub grade: Grade,
    /// From where.
    pub sources: &'w [Network],
    /// The view that it sees; `None`: the whole tree.
    pub view: Option<&'w str>,
}

/// What a request with a community gets that is answered at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// What it may read.
    pub read: Access,
    /// What it may write.
    pub write: Access,
}

/// An entry of a list of communities and what it comes to.
#[derive(Clone, Debug)]
pub struct Given<'t> {
    /// The entry.
    pub entry: &'t Com2Sec,
    /// By SNMPv1; `None`: no answer.
    pub v1: Option<Rights>,
    /// By SNMPv2c; `None`: no answer.
    pub v2c: Option<Rights>,
}

/// The lines that are looked away from: those that a plan removes.
pub type Gone = FxHashSet<LineId>;

/// A difference between what a community gets and what it should get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// Nothing lets it in from the whole of this source.
    Silent {
        /// Where it should be let in.
        source: Network,
    },
    /// A line refuses it, or lets it in and gives it nothing.
    Refused {
        /// Where it should be let in.
        source: Network,
        /// The line.
        line: LineId,
    },
    /// A line lets it in and gives it something else.
    Other {
        /// Where it should be let in.
        source: Network,
        /// The line.
        line: LineId,
        /// What it gives.
        is: Rights,
    },
    /// A line lets it in from elsewhere.
    Beyond {
        /// The line.
        line: LineId,
        /// From where.
        source: Source,
    },
}

impl Deviation {
    /// The line that makes it, where one does.
    #[must_use]
    pub fn line(&self) -> Option<LineId> {
        match self {
            Self::Silent { .. } => None,
            Self::Refused { line, .. } | Self::Other { line, .. } | Self::Beyond { line, .. } => Some(*line),
        }
    }
}

/// Whether a part of the tree is the one that a resource names.
fn shows(access: &Access, view: Option<&str>) -> bool {
    match view {
        None => access.extent == Extent::All,
        Some(name) => access.view == name.as_bytes() && !access.is_nothing(),
    }
}

impl Rights {
    fn of(control: &Control, entry: &Com2Sec, version: Version) -> Option<Self> {
        match control.follow(entry, version).outcome {
            Outcome::Answers { read, write } => Some(Self { read, write }),
            Outcome::Silent(_) => None,
        }
    }

    fn are(&self, wanted: &Wanted<'_>) -> bool {
        shows(&self.read, wanted.view)
            && match wanted.grade {
                Grade::ReadOnly => self.write.is_nothing(),
                Grade::ReadWrite => shows(&self.write, wanted.view),
            }
    }

    /// Whether something may be written.
    #[must_use]
    pub fn write(&self) -> bool {
        !self.write.is_nothing()
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sight = |sight: &Access| match sight.extent {
            Extent::Empty => "nothing".to_owned(),
            Extent::All => "everything".to_owned(),
            // Those of the daemon's own making have no name that a person knows.
            Extent::Part if sight.view.starts_with(b"viewComm") => "a part of the tree".to_owned(),
            Extent::Part => format!("view {}", Shown::bytes(&sight.view)),
        };
        match (self.read.extent, self.write.extent) {
            (_, Extent::Empty) => write!(f, "ro {}", sight(&self.read)),
            (Extent::Empty, _) => write!(f, "wo {}", sight(&self.write)),
            _ if self.read == self.write => write!(f, "rw {}", sight(&self.read)),
            _ => write!(f, "ro {} and rw {}", sight(&self.read), sight(&self.write)),
        }
    }
}

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let view = self.view.map_or_else(|| "everything".to_owned(), |view| format!("view {view}"));
        write!(f, "{} {view}", self.grade.word())
    }
}

impl Given<'_> {
    /// Whether a request with it is answered at all.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.entry.sense == Sense::Opens && (self.v1.is_some() || self.v2c.is_some())
    }

    /// The one that a request of any version may get.
    pub fn rights(&self) -> impl Iterator<Item = &Rights> {
        self.v1.iter().chain(&self.v2c)
    }
}

/// The entries of all lists, by their communities, and what they give.
#[derive(Debug)]
pub struct Grants<'t> {
    /// Those of one community stand together, each list in its order.
    entries: Vec<(Transport, &'t Com2Sec)>,
    control: &'t Control,
}

impl<'t> Grants<'t> {
    /// What access control comes to.
    #[must_use]
    pub fn of(control: &'t Control) -> Self {
        let list = |transport: Transport| {
            control.tables.com2sec(transport).iter().map(move |entry| (transport, entry))
        };
        let mut entries: Vec<_> = Transport::ALL.into_iter().flat_map(list).collect();
        entries.sort_by(|(_, one), (_, other)| one.community.cmp(&other.community));
        Self { entries, control }
    }

    /// The entries of one community.
    pub fn of_community(&self, community: &[u8]) -> impl Iterator<Item = &'t Com2Sec> {
        self.range(community).iter().map(|(_, entry)| *entry)
    }

    fn range(&self, community: &[u8]) -> &[(Transport, &'t Com2Sec)] {
        let from = self.entries.partition_point(|(_, entry)| entry.community.as_slice() < community);
        let to = self.entries.partition_point(|(_, entry)| entry.community.as_slice() <= community);
        self.entries.get(from..to).unwrap_or_default()
    }

    /// Those of one community over networks. Sockets in the file system are for those who are on the machine.
    fn over_networks(&self, community: &[u8]) -> impl Iterator<Item = Given<'t>> {
        let entries = self.range(community).iter().filter(|(transport, _)| *transport != Transport::Unix);
        entries.map(|(_, entry)| self.given(entry))
    }

    fn given(&self, entry: &'t Com2Sec) -> Given<'t> {
        let rights = |version| Rights::of(self.control, entry, version);
        Given { entry, v1: rights(Version::V1), v2c: rights(Version::V2c) }
    }

    /// All communities, each once.
    pub fn communities(&self) -> impl Iterator<Item = &'t [u8]> {
        self.entries.chunk_by(|(_, one), (_, other)| one.community == other.community).filter_map(|entries| {
            let (_, entry) = entries.first()?;
            Some(entry.community.as_slice())
        })
    }

    /// Those of a community that let someone in, without those that are gone and those of whom an earlier one takes
    /// all.
    pub fn open<'g>(&'g self, community: &[u8], gone: &'g Gone) -> impl Iterator<Item = Given<'t>> {
        let mut earlier = Cover::default();
        self.over_networks(community).filter(move |given| {
            let source = &given.entry.source;
            let is_reached = !gone.contains(&given.entry.line) && !earlier.covers_source(source);
            if is_reached {
                earlier.add(source);
            }
            is_reached && given.answers()
        })
    }

    /// How what a community gets differs from what it should get, if these lines are gone.
    #[must_use]
    pub fn deviations(&self, wanted: &Wanted<'_>, gone: &Gone) -> Vec<Deviation> {
        let entries = self.over_networks(wanted.community);
        let entries: Vec<_> = entries.filter(|given| !gone.contains(&given.entry.line)).collect();
        let mut deviations = Vec::new();
        for source in wanted.sources {
            self.judge_source(*source, wanted, &entries, &mut deviations);
        }
        let mut meant = Cover::default();
        wanted.sources.iter().for_each(|source| meant.add(&Source::Net(*source)));
        let mut earlier = Cover::default();
        for given in &entries {
            let source = &given.entry.source;
            let is_beyond = given.answers() && !earlier.covers_source(source) && !meant.covers_all_of(source);
            if is_beyond {
                deviations.push(Deviation::Beyond { line: given.entry.line, source: source.clone() });
            }
            earlier.add(source);
        }
        deviations
    }

    /// What each line does for a community, in words: those that decide first, and then in the order of the list.
    #[must_use]
    pub fn effects(&self, wanted: &Wanted<'_>) -> Vec<(LineId, Effect, &'static str)> {
        let mut meant = Cover::default();
        wanted.sources.iter().for_each(|source| meant.add(&Source::Net(*source)));
        let mut earlier = Cover::default();
        let mut effects = Vec::new();
        for given in self.over_networks(wanted.community) {
            let source = &given.entry.source;
            let (effect, reason) = match given.answers() {
                _ if earlier.covers_source(source) => {
                    (Effect::Overridden, "a line before it decides for all of its sources")
                }
                false if given.entry.sense == Sense::Refuses => (Effect::Exception, "it refuses its sources"),
                false => (Effect::Exception, "it decides for its sources, and gives them nothing"),
                true if meant.covers_all_of(source) => (Effect::Wins, "it decides for its sources"),
                true => (Effect::Exception, "it lets in others than those who are meant"),
            };
            earlier.add(source);
            effects.push((given.entry.line, effect, reason));
        }
        effects.sort_by_key(|(_, effect, _)| *effect != Effect::Wins);
        // A line for both families is in both lists.
        let mut told = FxHashSet::default();
        effects.retain(|(line, ..)| told.insert(*line));
        effects
    }

    /// Judges what all addresses of one source get.
    fn judge_source(
        &self,
        source: Network,
        wanted: &Wanted<'_>,
        entries: &[Given<'_>],
        deviations: &mut Vec<Deviation>,
    ) {
        let mut decided = Cover::default();
        for given in entries {
            let Source::Net(network) = given.entry.source else { continue };
            if !network.meets(source) || decided.covers(network) {
                continue;
            }
            let line = given.entry.line;
            match self.rights_of(given, wanted) {
                Verdict::Right => {}
                Verdict::Nothing => deviations.push(Deviation::Refused { source, line }),
                Verdict::Other(is) => deviations.push(Deviation::Other { source, line, is }),
            }
            decided.add(&given.entry.source);
            if network.covers(source) {
                return;
            }
        }
        if !decided.covers_all_of(&Source::Net(source)) {
            deviations.push(Deviation::Silent { source });
        }
    }

    fn rights_of(&self, given: &Given<'_>, wanted: &Wanted<'_>) -> Verdict {
        if given.entry.sense == Sense::Refuses {
            return Verdict::Nothing;
        }
        let wrong = given.rights().find(|rights| !rights.are(wanted));
        // SNMPv1 alone is enough only where SNMPv2c is switched off; without SNMPv1 the host is the safer.
        let is_answered =
            given.v2c.is_some() || given.v1.is_some() && self.control.disabled_by(Version::V2c).is_some();
        match (wrong, is_answered) {
            (Some(wrong), _) => Verdict::Other(wrong.clone()),
            (None, true) => Verdict::Right,
            (None, false) => Verdict::Nothing,
        }
    }
}

/// What an entry gives, beside what it should.
enum Verdict {
    Right,
    Nothing,
    Other(Rights),
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
