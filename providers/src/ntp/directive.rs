//! What one line of an ntp.conf says to the daemon that reads it.

use std::net::IpAddr;
use std::ops::Range;

use super::address::{AddressFamily, Network};
use super::flags::Flags;

/// A line that is not empty, as the daemon understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What the daemon does with it.
    pub directive: Directive,
    /// What it does not understand, if there is something.
    pub rejected: Option<Rejected>,
}

impl Statement {
    /// Whether nothing behind the line is read: `end`, a NUL, or a word for which the daemon ends.
    #[must_use]
    pub fn ends_input(&self) -> bool {
        matches!(self.directive, Directive::End | Directive::Fatal) || self.is_nul()
    }

    /// Whether there is a NUL in it that the daemon takes for the end of its input.
    #[must_use]
    pub fn is_nul(&self) -> bool {
        self.rejected.as_ref().is_some_and(|rejected| rejected.reason == Reason::Nul)
    }
}

impl Statement {
    /// Where a line is cut: what stands behind is read when the daemon has read other files, and then as if a line
    /// began there. It is so behind a NUL, and behind the first word that an include does not take: the parser has
    /// opened the file by then, and looks in it for the end of the wrong line.
    pub(super) fn first_piece(&self) -> Option<usize> {
        let rejected = self.rejected.as_ref()?;
        let is_cut = match rejected.reason {
            Reason::Nul => true,
            Reason::Syntax | Reason::Unknown => matches!(self.directive, Directive::Include(_)),
            Reason::Address | Reason::TooLong | Reason::Ends => false,
        };
        is_cut.then_some(rejected.at.end)
    }
}

/// A piece of a line that the daemon logs and drops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The first word that it does not take, as a range of the line's bytes; empty where a word is missing.
    pub at: Range<usize>,
    /// Why, in words.
    pub reason: Reason,
}

/// Why a daemon drops a line or the rest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A word that it does not know where it stands.
    Syntax,
    /// The line does not begin with a word that begins a line.
    Unknown,
    /// An address or mask that it cannot use, although the line is well formed.
    Address,
    /// More words than the parser takes (4.2.4: 20).
    TooLong,
    /// A NUL: the daemon takes it for the end of the file.
    Nul,
    /// A word for which the daemon ends: one of more than 1024 bytes, or `epeer` in 4.2.8p15.
    Ends,
}

/// What a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directive {
    /// `restrict`, or NTPsec's `unrestrict`.
    Restrict(Restrict),
    /// `enable` or `disable`.
    System(System),
    /// `includefile`
    Include(Include),
    /// `interface` or `nic`
    Listen(ListenRule),
    /// `server`, `peer`, `pool`, `broadcast`, `manycastclient`: where time comes from.
    Source(Vec<u8>),
    /// `end`, or a NUL: nothing after it is read.
    End,
    /// The daemon ends when it reads it.
    Fatal,
    /// Another line that the daemon takes and that does not bear on who is answered.
    Other,
    /// Nothing: it is rejected as a whole.
    Nothing,
}

/// `restrict` and `unrestrict`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restrict {
    /// Which of the two.
    pub verb: Verb,
    /// Whom it is for.
    pub whom: Whom,
    /// The flags.
    pub flags: Flags,
    /// Whether it is only for packets whose source port is 123.
    pub ntpport: bool,
}

/// What happens to the flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// They are added to those that are there.
    Restrict,
    /// They are taken away; without flags the whole entry is. NTPsec only.
    Unrestrict,
}

/// Whom a `restrict` line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// `default`: everyone, of one family of addresses or of both.
    Default(Option<AddressFamily>),
    /// `source`: the addresses that time comes from.
    Source,
    /// An address and mask.
    Network(Network),
    /// A host by name, which the daemon looks up when it starts.
    Host {
        /// The name.
        name: Vec<u8>,
        /// The family that `-4` or `-6` asks for.
        family: Option<AddressFamily>,
    },
}

/// `enable` and `disable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct System {
    /// Which of the two.
    pub switch: Switch,
    /// Whether it names `monitor`.
    pub monitor: bool,
    /// Whether it names `mode7`.
    pub mode7: bool,
}

/// `enable` or `disable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Switch {
    /// `enable`
    Enable,
    /// `disable`
    Disable,
}

/// `includefile`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The path as it is written.
    pub path: Vec<u8>,
    /// Another line that stands behind the path on the same line and is read before the file.
    pub then: Option<Box<Directive>>,
}

/// `interface ACTION WHICH`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenRule {
    /// What is done with packets to such an address.
    pub action: ListenAction,
    /// Which local addresses it is for.
    pub which: Which,
}

/// What is done with packets to a local address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListenAction {
    /// They are answered.
    Listen,
    /// No socket is opened.
    Ignore,
    /// They are read and thrown away.
    Drop,
}

/// Which local addresses an `interface` line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All but loopback and the wildcards.
    All,
    /// IPv4
    Ipv4,
    /// IPv6
    Ipv6,
    /// 0.0.0.0 and ::
    Wildcard,
    /// An address, or those of its first bits where a length is given.
    Address(IpAddr, Option<u8>),
    /// The addresses of an interface.
    Name(Vec<u8>),
}
