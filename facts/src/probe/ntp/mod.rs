//! NTP: what a daemon tells a stranger beside the time.

mod fragments;
mod packet;

use std::hash::{BuildHasher, Hasher, RandomState};

use fragments::Fragments;
use packet::{Control, Private, Reply, Version};

use super::wire::{Answer, Rest, Sent, Talk};
use super::{Exchange, Presence, exchanges};

/// `INFO_ERR_NODATA` of ntp 4.2.6's `ntp_request.h`.
const NO_DATA: u8 = 4;

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NtpRequest {
    /// The time, mode 3: the positive control.
    Time,
    /// Mode 7, 42: the monitor list, the request of CVE-2013-5211.
    Monlist,
    /// Mode 7, 20: the monitor list in the form of older versions.
    MonlistOld,
    /// Mode 7, 16: the restrictions.
    Reslist,
    /// Mode 7, 4: the state of the daemon.
    Sysinfo,
    /// Mode 6, 2: the daemon's variables, asked with version 2 as ntpq does.
    Readvar,
    /// The same with version 4, the only one that NTPsec answers under `restrict … version`.
    ReadvarV4,
    /// Mode 6, 12: a nonce.
    Nonce,
    /// Mode 6, 10: the monitor list, for whom the daemon gave a nonce to.
    Mrulist,
    /// The tracking state, on chrony's command port.
    Tracking,
}

impl NtpRequest {
    /// The word for programs and persons.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Monlist => "monlist",
            Self::MonlistOld => "monlist_old",
            Self::Reslist => "reslist",
            Self::Sysinfo => "sysinfo",
            Self::Readvar => "readvar",
            Self::ReadvarV4 => "readvar_v4",
            Self::Nonce => "nonce",
            Self::Mrulist => "mrulist",
            Self::Tracking => "tracking",
        }
    }

    /// Whether an attacker can send it under another's address. A nonce is given to one address and port, so the list
    /// that it opens goes to nobody else.
    #[must_use]
    pub const fn is_forgeable(self) -> bool {
        !matches!(self, Self::Mrulist)
    }

    const fn private(self) -> Option<Private> {
        match self {
            Self::Monlist => Some(Private::Monlist),
            Self::MonlistOld => Some(Private::MonlistOld),
            Self::Reslist => Some(Private::Reslist),
            Self::Sysinfo => Some(Private::Sysinfo),
            _ => None,
        }
    }
}

/// What the answers mean. Of several that hold it is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NtpVerdict {
    /// It gives strangers the monitor list.
    MonlistOpen,
    /// It answers mode 7, though with no monitor list.
    Mode7Open,
    /// It answers mode 6.
    Mode6Open,
    /// It answers strangers with the time and nothing else.
    Closed,
    /// Nothing listens.
    NoListener,
    /// Nothing came, not even the time: a daemon that is silent and one that is not reached look alike.
    CannotTell,
}

impl NtpVerdict {
    /// The word for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::MonlistOpen => "monlist_open",
            Self::Mode7Open => "mode7_open",
            Self::Mode6Open => "mode6_open",
            Self::Closed => "closed",
            Self::NoListener => "no_listener",
            Self::CannotTell => "cannot_tell",
        }
    }

    /// Whether it answers more than the time.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::MonlistOpen | Self::Mode7Open | Self::Mode6Open)
    }
}

/// What became of the request for the monitor list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Monlist {
    /// No answer.
    Silent,
    /// "No data". If the daemon has answered with the time before, it keeps no list; else its list may be empty.
    NoData,
    /// Another error, by its number.
    Error(u8),
    /// So many clients.
    Entries(u32),
}

/// chrony's command port.
#[derive(Debug)]
pub struct CommandPort {
    /// Whether it is there for a stranger.
    pub presence: Presence,
    /// The request, if one could be sent.
    pub exchange: Option<Exchange<NtpRequest>>,
}

/// What an NTP daemon has answered.
#[derive(Debug)]
pub struct NtpProved {
    /// What it means.
    pub verdict: NtpVerdict,
    /// Whether a daemon is there.
    pub presence: Presence,
    /// Whether it has answered with the time: without that, silence to all else proves nothing.
    pub control: bool,
    /// The monitor list.
    pub monlist: Monlist,
    /// What the daemon calls its version, as sent; it may be forged and hold anything.
    pub version: Option<Vec<u8>>,
    /// All requests.
    pub exchanges: Vec<Exchange<NtpRequest>>,
    /// chrony's command port, if it was asked.
    pub command: Option<CommandPort>,
}

impl NtpProved {
    /// The request that an attacker would choose: of those that he can forge, that with the largest factor.
    #[must_use]
    pub fn worst(&self) -> Option<&Exchange<NtpRequest>> {
        let answered = || self.exchanges.iter().filter(|one| one.is_answered());
        let has_readvar = answered().any(|one| one.request == NtpRequest::Readvar);
        // Both versions bring the same, but for a digit more or less: one name for it is enough.
        let is_told = |request: NtpRequest| match request {
            NtpRequest::Time => false,
            NtpRequest::ReadvarV4 => !has_readvar,
            request => request.is_forgeable(),
        };
        answered()
            .filter(|one| is_told(one.request))
            .max_by(|one, other| one.measure.factor().total_cmp(&other.measure.factor()))
    }
}

/// What is known of one request beside its bytes.
#[derive(Clone, Debug, Default)]
struct Heard {
    is_heard: bool,
    error: u8,
    items: u32,
    fragments: Fragments,
}

/// The conversation with port 123.
pub(super) struct NtpTalk {
    requests: Vec<NtpRequest>,
    heard: Vec<Heard>,
    /// What names our request for the time, and the sequence numbers of mode 6.
    random: u64,
}

impl Default for NtpTalk {
    fn default() -> Self {
        Self { requests: Vec::new(), heard: Vec::new(), random: RandomState::new().build_hasher().finish() }
    }
}

impl Talk for NtpTalk {
    /// First the list, then the variables in both versions, and the time last: its answer says that the daemon has had
    /// the others too, so silence to them need not be waited for. The rest is only asked of a daemon that has answered.
    fn ask(&mut self, sent: &[Sent]) -> Vec<Vec<u8>> {
        let next = match sent {
            [] => {
                vec![NtpRequest::Monlist, NtpRequest::Readvar, NtpRequest::ReadvarV4, NtpRequest::Time]
            }
            _ => [self.next_private(sent), self.next_control(sent)].into_iter().flatten().collect(),
        };
        next.into_iter().map(|request| self.packet(request)).collect()
    }

    fn read(&mut self, datagram: &[u8]) -> Option<Answer> {
        let (request, rest) = match packet::read(datagram)? {
            Reply::Time { origin } => {
                let is_ours = origin == self.random;
                (self.last(NtpRequest::Time).filter(|_| is_ours)?, Rest::Nothing)
            }
            Reply::Private(reply) => {
                let asks = |request: &NtpRequest| {
                    request.private().is_some_and(|private| private as u8 == reply.request)
                };
                let request = self.requests.iter().rposition(asks)?;
                let heard = self.heard.get_mut(request)?;
                heard.error = reply.error;
                heard.items = heard.items.saturating_add(u32::from(reply.items));
                (request, if reply.more { Rest::More } else { Rest::Nothing })
            }
            Reply::Control(reply) => {
                let request = usize::from(reply.sequence.wrapping_sub(self.sequence(0)));
                let wanted = self.requests.get(request)?.operation()?;
                if wanted as u8 != reply.operation {
                    return None;
                }
                let heard = self.heard.get_mut(request)?;
                heard.is_heard = true;
                heard.error = reply.error;
                heard.fragments.add(reply.offset, reply.data, reply.more);
                let is_whole = reply.error != 0 || heard.fragments.whole().is_some();
                (request, if is_whole { Rest::Nothing } else { Rest::More })
            }
        };
        Some(Answer { request, rest })
    }
}

impl NtpRequest {
    const fn operation(self) -> Option<Control> {
        match self {
            Self::Readvar | Self::ReadvarV4 => Some(Control::Readvar),
            Self::Nonce => Some(Control::Nonce),
            Self::Mrulist => Some(Control::ReadMru),
            _ => None,
        }
    }
}

impl NtpTalk {
    /// The next request of mode 7: one at a time, for each may be answered with a hundred packets.
    fn next_private(&self, sent: &[Sent]) -> Option<NtpRequest> {
        let last = self.requests.iter().rposition(|request| request.private().is_some())?;
        if sent.get(last)?.end? != super::measure::End::Complete {
            return None;
        }
        match self.requests[last] {
            NtpRequest::Monlist if self.heard[last].error == NO_DATA => {
                let time = sent.get(self.last(NtpRequest::Time)?)?;
                let is_the_first =
                    self.requests.iter().filter(|one| **one == NtpRequest::Monlist).count() == 1;
                // The list was empty when it was asked for; now this host must be on it, if there is one.
                let again = if is_the_first && time.measure.reply_packets > 0 {
                    NtpRequest::Monlist
                } else {
                    NtpRequest::MonlistOld
                };
                time.end.map(|_| again)
            }
            NtpRequest::Monlist => Some(NtpRequest::MonlistOld),
            NtpRequest::MonlistOld => Some(NtpRequest::Reslist),
            NtpRequest::Reslist => Some(NtpRequest::Sysinfo),
            _ => None,
        }
    }

    fn next_control(&self, sent: &[Sent]) -> Option<NtpRequest> {
        let is_complete = |request| {
            let end = self.last(request).and_then(|last| sent.get(last)?.end);
            end == Some(super::measure::End::Complete)
        };
        if self.last(NtpRequest::Mrulist).is_some() {
            return None;
        }
        match self.last(NtpRequest::Nonce) {
            Some(nonce) if is_complete(NtpRequest::Nonce) => self.nonce(nonce).map(|_| NtpRequest::Mrulist),
            Some(_) => None,
            None => {
                let is_answered = is_complete(NtpRequest::Readvar) || is_complete(NtpRequest::ReadvarV4);
                is_answered.then_some(NtpRequest::Nonce)
            }
        }
    }

    /// The version that is answered in mode 6: 4 where that alone is.
    fn version(&self) -> Version {
        let is_heard = |request| {
            let heard = self.last(request).and_then(|request| self.heard.get(request));
            heard.is_some_and(|heard| heard.is_heard)
        };
        if is_heard(NtpRequest::ReadvarV4) && !is_heard(NtpRequest::Readvar) {
            Version::Four
        } else {
            Version::Two
        }
    }

    fn nonce(&self, request: usize) -> Option<&[u8]> {
        packet::nonce(self.heard.get(request)?.fragments.whole()?)
    }

    fn packet(&mut self, request: NtpRequest) -> Vec<u8> {
        let number = self.requests.len();
        let packet = match (request, request.private(), request.operation()) {
            (_, Some(private), _) => packet::private(private),
            (NtpRequest::Mrulist, ..) => {
                let nonce = self.last(NtpRequest::Nonce).and_then(|nonce| self.nonce(nonce));
                packet::read_mru(self.version(), self.sequence(number), nonce.unwrap_or_default())
            }
            (_, _, Some(operation)) => {
                let version = match request {
                    NtpRequest::Readvar => Version::Two,
                    NtpRequest::ReadvarV4 => Version::Four,
                    _ => self.version(),
                };
                packet::control(operation, version, self.sequence(number), &[])
            }
            _ => packet::time(self.random),
        };
        self.requests.push(request);
        self.heard.push(Heard::default());
        packet
    }

    /// The sequence number of mode 6 for the request of this number.
    fn sequence(&self, number: usize) -> u16 {
        (self.random as u16).wrapping_add(number as u16)
    }

    fn last(&self, wanted: NtpRequest) -> Option<usize> {
        self.requests.iter().rposition(|request| *request == wanted)
    }

    /// What it all means.
    pub(super) fn proved(
        self,
        sent: &[Sent],
        presence: Presence,
        command: Option<(Vec<Sent>, Presence)>,
    ) -> NtpProved {
        let is_answered = |wanted: fn(&NtpRequest) -> bool| {
            let mut all = self.requests.iter().zip(sent);
            all.any(|(request, sent)| wanted(request) && sent.measure.reply_packets > 0)
        };
        let control = is_answered(|request| *request == NtpRequest::Time);
        let monlist = self.monlist(sent);
        let verdict = if let Monlist::Entries(_) = monlist {
            NtpVerdict::MonlistOpen
        } else if is_answered(|request| request.private().is_some()) {
            NtpVerdict::Mode7Open
        } else if is_answered(|request| request.operation().is_some()) {
            NtpVerdict::Mode6Open
        } else if control {
            NtpVerdict::Closed
        } else if matches!(presence, Presence::Refused) {
            NtpVerdict::NoListener
        } else {
            NtpVerdict::CannotTell
        };
        let variables = [NtpRequest::Readvar, NtpRequest::ReadvarV4].into_iter().find_map(|request| {
            self.last(request).and_then(|readvar| self.heard.get(readvar)?.fragments.whole())
        });
        NtpProved {
            verdict,
            presence,
            control,
            monlist,
            version: variables.and_then(|text| packet::variable(text, b"version")).map(<[u8]>::to_vec),
            exchanges: exchanges(&self.requests, sent),
            command: command.map(|(sent, presence)| CommandPort {
                presence,
                exchange: exchanges(&[NtpRequest::Tracking], &sent).into_iter().next(),
            }),
        }
    }

    /// The best that any request for the list has brought.
    fn monlist(&self, sent: &[Sent]) -> Monlist {
        let all = self.requests.iter().zip(&self.heard).zip(sent);
        let lists = all.filter(|((request, _), sent)| {
            matches!(request, NtpRequest::Monlist | NtpRequest::MonlistOld) && sent.measure.reply_packets > 0
        });
        let mut best = Monlist::Silent;
        for ((_, heard), _) in lists {
            let this = match (heard.items, heard.error) {
                (0, 0 | NO_DATA) => Monlist::NoData,
                (0, error) => Monlist::Error(error),
                (items, _) => Monlist::Entries(items),
            };
            best = match (best, this) {
                (Monlist::Entries(one), Monlist::Entries(other)) => Monlist::Entries(one.max(other)),
                (_, Monlist::Entries(_)) | (Monlist::Silent, _) => this,
                (Monlist::Error(_), Monlist::NoData) => this,
                _ => best,
            };
        }
        best
    }
}

/// The conversation with chrony's command port: one request.
pub(super) struct TrackingTalk {
    is_asked: bool,
    sequence: u32,
}

impl Default for TrackingTalk {
    fn default() -> Self {
        Self { is_asked: false, sequence: RandomState::new().build_hasher().finish() as u32 }
    }
}

impl Talk for TrackingTalk {
    fn ask(&mut self, _: &[Sent]) -> Vec<Vec<u8>> {
        if std::mem::replace(&mut self.is_asked, true) {
            return Vec::new();
        }
        vec![packet::tracking(self.sequence)]
    }

    fn read(&mut self, datagram: &[u8]) -> Option<Answer> {
        packet::is_tracking(datagram, self.sequence).then_some(Answer { request: 0, rest: Rest::Nothing })
    }
}
