//! SNMP: which communities an agent accepts from a stranger, and how much it answers.

mod ber;
mod message;

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use message::{Reply, Walk};
pub use message::{Sight, Version};

use super::measure::End;
use super::wire::{Answer, Rest, Sent, Talk};
use super::{Exchange, Presence, exchanges};

/// The most communities that are tried: each miss is counted, logged, and with `authtrapenable` sent to the NOC.
pub const MOST_COMMUNITIES: usize = 8;
/// Of how many accepted communities the amplification is measured.
const MOST_MEASURED: usize = 2;

/// A community to try. Its bytes never show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Community<'a> {
    /// What it is called before a person.
    pub label: Label,
    bytes: &'a [u8],
}

/// What a community is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// By itself, for everyone knows it.
    Default(&'static str),
    /// By its number among those that the caller gave.
    Configured(usize),
}

impl fmt::Debug for Community<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Community").field("label", &self.label).finish_non_exhaustive()
    }
}

impl<'a> Community<'a> {
    /// Those that attackers try first.
    pub const DEFAULTS: [Self; 2] = [Self::default("public"), Self::default("private")];

    const fn default(name: &'static str) -> Self {
        Self { label: Label::Default(name), bytes: name.as_bytes() }
    }

    /// The bytes, for whom compares them with those of a file.
    #[must_use]
    pub const fn reveal(&self) -> &'a [u8] {
        self.bytes
    }

    /// The defaults, and of these those that are none, each once; at most [`MOST_COMMUNITIES`].
    #[must_use]
    pub fn with(configured: &[&'a [u8]]) -> Vec<Self> {
        let mut all = Self::DEFAULTS.to_vec();
        for (number, bytes) in configured.iter().enumerate() {
            if all.len() < MOST_COMMUNITIES && all.iter().all(|one| one.bytes != *bytes) {
                all.push(Self { label: Label::Configured(number), bytes });
            }
        }
        all
    }
}

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnmpRequest {
    /// GET of `sysDescr.0`.
    Get(Version, Label),
    /// GETBULK of the names of installed packages, v2c.
    BulkInstalled(Label),
    /// GETBULK of all of `mib-2`, v2c.
    BulkMib2(Label),
    /// The discovery of v3: the positive control.
    Discovery,
}

impl SnmpRequest {
    /// The word for programs and persons.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get(Version::V1, _) => "get_v1",
            Self::Get(Version::V2c, _) => "get_v2c",
            Self::BulkInstalled(_) => "getbulk_installed",
            Self::BulkMib2(_) => "getbulk_mib2",
            Self::Discovery => "discovery_v3",
        }
    }

    /// Whose request it is.
    #[must_use]
    pub const fn label(self) -> Option<Label> {
        match self {
            Self::Get(_, label) | Self::BulkInstalled(label) | Self::BulkMib2(label) => Some(label),
            Self::Discovery => None,
        }
    }
}

/// What the answers mean. Of several that hold it is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnmpVerdict {
    /// It accepts a community and shows `sysDescr.0`.
    Accepted,
    /// It accepts a community, and a view hides what was asked for. It answers, so it can be made to answer a victim.
    HiddenByView,
    /// It answers the discovery of v3, and none of the communities.
    Refused,
    /// Nothing listens.
    NoListener,
    /// Nothing came: an agent that is silent and one that is not reached look alike.
    CannotTell,
}

impl SnmpVerdict {
    /// The word for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::HiddenByView => "hidden_by_view",
            Self::Refused => "refused",
            Self::NoListener => "no_listener",
            Self::CannotTell => "cannot_tell",
        }
    }
}

/// What an agent has answered to one community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommunityProved {
    /// The community.
    pub label: Label,
    /// In SNMPv1; `None` is silence.
    pub v1: Option<Sight>,
    /// In SNMPv2c.
    pub v2c: Option<Sight>,
}

impl CommunityProved {
    /// The more that it shows in either version; `None` when it is not accepted.
    #[must_use]
    pub fn sight(&self) -> Option<Sight> {
        match (self.v1, self.v2c) {
            (Some(Sight::Seen), _) | (_, Some(Sight::Seen)) => Some(Sight::Seen),
            (v1, v2c) => v2c.or(v1),
        }
    }
}

/// What an SNMP agent has answered.
#[derive(Debug)]
pub struct SnmpProved {
    /// What it means.
    pub verdict: SnmpVerdict,
    /// Whether an agent is there.
    pub presence: Presence,
    /// Whether it has answered the discovery of v3: without that, silence to a community proves nothing.
    pub control: bool,
    /// All communities that were tried.
    pub communities: Vec<CommunityProved>,
    /// All requests.
    pub exchanges: Vec<Exchange<SnmpRequest>>,
}

impl SnmpProved {
    /// The request that an attacker would choose for this community: that with the largest factor.
    #[must_use]
    pub fn worst(&self, label: Label) -> Option<&Exchange<SnmpRequest>> {
        let answered = self.exchanges.iter().filter(|one| one.is_answered());
        answered
            .filter(|one| one.request.label() == Some(label))
            .max_by(|one, other| one.measure.factor().total_cmp(&other.measure.factor()))
    }

    /// The default communities that it accepts.
    pub fn accepted_defaults(&self) -> impl Iterator<Item = &CommunityProved> {
        let accepted = self.communities.iter().filter(|one| one.sight().is_some());
        accepted.filter(|one| matches!(one.label, Label::Default(_)))
    }
}

/// The conversation with an agent.
pub(super) struct SnmpTalk<'a> {
    communities: &'a [Community<'a>],
    requests: Vec<SnmpRequest>,
    sights: Vec<Option<Sight>>,
    /// The number of the first request.
    first: i32,
}

impl Talk for SnmpTalk<'_> {
    /// First all communities, and the discovery last: its answer says that the agent has had the others too, so silence
    /// to them need not be waited for.
    fn ask(&mut self, sent: &[Sent]) -> Vec<Vec<u8>> {
        if !sent.is_empty() {
            return self.next_bulk(sent).map(|request| self.message(request)).into_iter().collect();
        }
        let gets = self.communities.iter().flat_map(|community| {
            [Version::V2c, Version::V1].map(|version| SnmpRequest::Get(version, community.label))
        });
        let all: Vec<SnmpRequest> = gets.chain([SnmpRequest::Discovery]).collect();
        all.into_iter().map(|request| self.message(request)).collect()
    }

    fn read(&mut self, datagram: &[u8]) -> Option<Answer> {
        let reply = message::read(datagram)?;
        let (Reply::Community { id, .. } | Reply::Agent { id }) = reply;
        let mut all = self.requests.iter().enumerate();
        let (request, &asked) = all.find(|(number, asked)| i64::from(self.id(*number, **asked)) == id)?;
        match (reply, asked) {
            (Reply::Agent { .. }, SnmpRequest::Discovery) => {}
            (Reply::Community { version, community, sight, .. }, asked) => {
                let label = asked.label()?;
                let is_version = match asked {
                    SnmpRequest::Get(wanted, _) => wanted == version,
                    _ => version == Version::V2c,
                };
                if !is_version || self.bytes_of(label) != community {
                    return None;
                }
                *self.sights.get_mut(request)? = Some(sight);
            }
            _ => return None,
        }
        Some(Answer { request, rest: Rest::Nothing })
    }
}

impl<'a> SnmpTalk<'a> {
    pub(super) fn new(communities: &'a [Community<'a>]) -> Self {
        /// So that each number takes four bytes, and counting up from it does not overflow.
        const RANGE: std::ops::Range<u64> = 0x1000_0000..0x7000_0000;
        let random = RandomState::new().build_hasher().finish() % (RANGE.end - RANGE.start) + RANGE.start;
        Self {
            communities: &communities[..communities.len().min(MOST_COMMUNITIES)],
            requests: Vec::new(),
            sights: Vec::new(),
            first: random as i32,
        }
    }

    /// What names the request of this number. A measurement has a short one, for an attacker spares bytes too.
    fn id(&self, number: usize, request: SnmpRequest) -> i32 {
        // There are fewer than 32 requests.
        let number = number as i32;
        match request {
            SnmpRequest::BulkInstalled(_) | SnmpRequest::BulkMib2(_) => number,
            SnmpRequest::Get(..) | SnmpRequest::Discovery => self.first + number,
        }
    }

    fn bytes_of(&self, label: Label) -> &'a [u8] {
        let community = self.communities.iter().find(|community| community.label == label);
        community.map_or(&[], |community| community.bytes)
    }

    /// The next measurement, one at a time: an answer may be as large as a datagram can be.
    fn next_bulk(&self, sent: &[Sent]) -> Option<SnmpRequest> {
        if sent.iter().any(|sent| sent.end.is_none()) {
            return None;
        }
        let accepts = |label| {
            let get = self.requests.iter().position(|one| *one == SnmpRequest::Get(Version::V2c, label));
            get.is_some_and(|get| sent.get(get).is_some_and(|sent| sent.end == Some(End::Complete)))
        };
        let accepted =
            self.communities.iter().filter(|community| accepts(community.label)).take(MOST_MEASURED);
        let mut wanted = accepted.flat_map(|community| {
            [SnmpRequest::BulkInstalled(community.label), SnmpRequest::BulkMib2(community.label)]
        });
        wanted.find(|request| !self.requests.contains(request))
    }

    fn message(&mut self, request: SnmpRequest) -> Vec<u8> {
        let id = self.id(self.requests.len(), request);
        let message = match request {
            SnmpRequest::Get(version, label) => message::get(version, self.bytes_of(label), id),
            SnmpRequest::BulkInstalled(label) => {
                message::get_bulk(self.bytes_of(label), id, Walk::InstalledName)
            }
            SnmpRequest::BulkMib2(label) => message::get_bulk(self.bytes_of(label), id, Walk::Mib2),
            SnmpRequest::Discovery => message::discovery(id),
        };
        self.requests.push(request);
        self.sights.push(None);
        message
    }

    /// What it all means.
    pub(super) fn proved(self, sent: &[Sent], presence: Presence) -> SnmpProved {
        let sight = |label, version| {
            let get = self.requests.iter().position(|one| *one == SnmpRequest::Get(version, label));
            get.and_then(|get| self.sights[get])
        };
        let proved = |community: &Community<'_>| CommunityProved {
            label: community.label,
            v1: sight(community.label, Version::V1),
            v2c: sight(community.label, Version::V2c),
        };
        let communities: Vec<CommunityProved> = self.communities.iter().map(proved).collect();
        let exchanges = exchanges(&self.requests, sent);
        let control = exchanges.iter().any(|one| one.request == SnmpRequest::Discovery && one.is_answered());
        let sights: Vec<Sight> = communities.iter().filter_map(CommunityProved::sight).collect();
        let verdict = if sights.contains(&Sight::Seen) {
            SnmpVerdict::Accepted
        } else if !sights.is_empty() {
            SnmpVerdict::HiddenByView
        } else if control {
            SnmpVerdict::Refused
        } else if matches!(presence, Presence::Refused) {
            SnmpVerdict::NoListener
        } else {
            SnmpVerdict::CannotTell
        };
        SnmpProved { verdict, presence, control, communities, exchanges }
    }
}
