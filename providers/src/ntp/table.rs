//! The table of restrictions: which entry decides for a source, and which lines made it what it is.
//!
//! Source: `hack_restrict` and `restrictions` in ntp_restrict.c.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::address::{AddressFamily, Network};
use super::flags::Flags;

/// A line, by its file in reading order and its chunk in that file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId {
    /// The file's number.
    pub file: u32,
    /// The chunk's number.
    pub chunk: u32,
}

/// What tells entries apart: lines for the same key add up, whatever stands between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The address and mask.
    pub network: Network,
    /// Whether it is for source port 123 only.
    pub ntpport: bool,
}

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What its lines come to.
    pub flags: Flags,
    /// The lines for it in reading order; none where only what is built in counts.
    pub lines: Vec<Contribution>,
}

/// What one line does to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The line.
    pub line: LineId,
    /// What it adds.
    pub adds: Flags,
    /// What it takes away.
    pub takes: Flags,
}

impl Entry {
    pub(super) fn add(&mut self, flags: Flags, line: LineId) {
        self.flags = self.flags.with(flags);
        self.lines.push(Contribution { line, adds: flags, takes: Flags::NONE });
    }

    pub(super) fn take(&mut self, flags: Flags, line: LineId) {
        self.flags = self.flags.without(flags);
        self.lines.push(Contribution { line, adds: Flags::NONE, takes: flags });
    }

    /// The line that gives it any of these flags, if it has one: the first, for what it says stays.
    #[must_use]
    pub fn giver(&self, flags: Flags) -> Option<LineId> {
        let takes = self.lines.iter().rposition(|part| part.takes.meets(flags)).map_or(0, |index| index + 1);
        self.lines[takes..].iter().find(|part| part.adds.meets(flags)).map(|part| part.line)
    }

    /// The line for which it has none of these flags: the last that takes one away, else the one that made the
    /// entry; `None` where it is built in.
    #[must_use]
    pub fn opener(&self, flags: Flags) -> Option<LineId> {
        let taker = self.lines.iter().rev().find(|part| part.takes.meets(flags));
        taker.or(self.lines.first()).map(|part| part.line)
    }
}

/// The entries of both families, in the order in which they are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    entries: BTreeMap<Rank, (Key, Entry)>,
}

/// The order: greater addresses first, then longer masks, then what is for port 123 only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(AddressFamily, Reverse<u128>, Reverse<u128>, Reverse<bool>);

impl Rank {
    fn of(key: &Key) -> Self {
        let network = &key.network;
        Self(network.family(), Reverse(network.first()), Reverse(network.mask()), Reverse(key.ntpport))
    }
}

impl Table {
    /// The table before any line is read: one entry for everyone in each family.
    #[must_use]
    pub fn builtin(flags: Flags) -> Self {
        let mut table = Self::default();
        for family in AddressFamily::BOTH {
            let key = Key { network: Network::everyone(family), ntpport: false };
            table.entries.insert(Rank::of(&key), (key, Entry { flags, lines: Vec::new() }));
        }
        table
    }

    /// Adds flags to an entry, which is made where there is none.
    pub fn add(&mut self, key: Key, flags: Flags, line: LineId) {
        let (_, entry) = self.entries.entry(Rank::of(&key)).or_insert((key, Entry::default()));
        entry.add(flags, line);
    }

    /// Takes flags from an entry; without any the entry goes, but for those that are built in.
    pub fn remove(&mut self, key: Key, flags: Flags, line: LineId) {
        let rank = Rank::of(&key);
        if !flags.is_empty() {
            if let Some((_, entry)) = self.entries.get_mut(&rank) {
                entry.take(flags, line);
            }
        } else if !key.ntpport && key.network.mask() != 0 {
            self.entries.remove(&rank);
        }
    }

    /// The entries in the order in which they are looked at; those for IPv4 first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&Key, &Entry)> {
        self.entries.values().map(|(key, entry)| (key, entry))
    }

    /// The entry with this key.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Entry> {
        self.entries.get(&Rank::of(key)).map(|(_, entry)| entry)
    }

    /// The entry that decides for a source: the first that matches, which is the most specific. It inherits nothing.
    #[must_use]
    pub fn decide(&self, source: IpAddr, is_ntpport: bool) -> Option<(&Key, &Entry)> {
        self.entries().find(|(key, _)| key.network.contains(source) && (is_ntpport || !key.ntpport))
    }
}
