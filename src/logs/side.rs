//! One side, read into records: sixteen bytes for each entry, and never its text.

use std::ops::ControlFlow;

use standfast_facts::machine::Progress;

use super::Role;
use super::error::LogsError;
use super::key::{Keyer, tail};
use super::source::Log;
use super::stamp::Stamps;
use super::visit::{Entry, Filter, Seen, visit};
use super::window::Span;
use crate::calendar::{BELIEVED, DAY};

/// An entry: what it says and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Record {
    /// The digest of its text.
    pub digest: u64,
    /// Microseconds.
    pub time: i64,
}

impl Record {
    /// A number of the same order: one comparison without a branch is a third of the time of two.
    fn as_number(self) -> u128 {
        let time = self.time.cast_unsigned() ^ (1 << 63);
        u128::from(self.digest) << 64 | u128::from(time)
    }
}

/// What of an over-long message is not in its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Of which entry.
    pub record: Record,
    /// The bytes.
    pub bytes: Box<[u8]>,
}

/// The entries whose digests end in these bits.
///
/// A side of more than [`Share::MOST`] entries is compared share by share, and its files are read once for each: that
/// bounds the memory without writing anything anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many bits.
    pub bits: u32,
    /// Which.
    pub index: u64,
}

impl Share {
    /// All entries.
    pub const ALL: Self = Self { bits: 0, index: 0 };

    /// The most entries of a side that are held at once: 64 MiB.
    pub const MOST: usize = 4 << 20;

    /// More shares than these do not help: the rest are entries with one text, which are in one share.
    const MOST_BITS: u32 = 12;

    /// Whether an entry is in it.
    #[must_use]
    pub fn has(self, digest: u64) -> bool {
        digest & ((1 << self.bits) - 1) == self.index
    }
}

/// How much older than the end of an older file the first entry of a younger one may be: what has waited in a queue
/// comes late. Only the year is at stake.
const LONG_OUTAGE: i64 = 90 * DAY;

/// The most bytes of tails that are kept of a side.
const TAILS: usize = 16 << 20;

/// What a side holds already when a file is read, and what it may hold.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// The most entries.
    most: usize,
    /// How many it has, of a share of so many bits.
    held: usize,
    bits: u32,
    /// How many bytes of tails there is room for.
    tail_bytes: usize,
}

impl Room {
    /// How many entries of a file there is room for: what is held is divided when the file is at its end.
    fn entries(&self, share: Share) -> usize {
        self.most.saturating_sub(self.held >> (share.bits - self.bits))
    }
}

/// A side in memory.
#[derive(Debug, Default)]
pub struct Side {
    /// The records of each log, sorted by digest and time.
    pub logs: Vec<Vec<Record>>,
    /// The tails of over-long messages.
    pub tails: Vec<Tail>,
    /// What else is known.
    pub totals: Totals,
    /// What was in the files.
    pub seen: Seen,
    /// The first and the last entry of each log that has one.
    pub spans: Vec<Span>,
    /// How the years of each file of each log are found.
    pub years: Vec<Vec<Years>>,
}

/// What is counted of entries, in all shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Entries of the host.
    pub entries: u64,
    /// How many of these are lines without a stamp.
    pub continued: u64,
    /// How many are over-long.
    pub long: u64,
    /// How many of those have a tail that did not fit.
    pub tails_dropped: u64,
    /// The fewest digits that a fraction of a second has.
    pub digits: u8,
}

impl Default for Totals {
    fn default() -> Self {
        Self { entries: 0, continued: 0, long: 0, tails_dropped: 0, digits: 6 }
    }
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.entries += other.entries;
        self.continued += other.continued;
        self.long += other.long;
        self.tails_dropped += other.tails_dropped;
        self.digits = self.digits.min(other.digits);
    }
}

/// How the years of a file are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Years {
    /// No entry is younger, in microseconds.
    pub written: i64,
    /// By how many years the first entry would be put too late.
    pub back: i64,
}

impl Years {
    /// What reads the stamps of the file.
    #[must_use]
    pub fn stamps(self) -> Stamps {
        Stamps::new(self.written, self.back)
    }
}

/// Where and how a side is read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'r> {
    /// Which side.
    pub role: Role,
    /// Its files.
    pub logs: &'r [Log],
    /// Which entries count.
    pub filter: &'r Filter,
    /// What counts the bytes.
    pub progress: &'r Progress,
}

impl Side {
    /// Reads a side. Where there are more entries than `most`, the share is divided: the answer says how.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(
        reading: Reading<'_>,
        keyer: &Keyer,
        share: Share,
        most: usize,
    ) -> Result<(Self, Share), LogsError> {
        let mut keyer = keyer.clone();
        let (mut side, mut share) = (Self::default(), share);
        for log in reading.logs {
            side.log(reading, log, &mut keyer, &mut share, most)?;
        }
        side.keep(share);
        for records in &mut side.logs {
            records.sort_unstable_by_key(|record| record.as_number());
        }
        Ok((side, share))
    }

    fn log(
        &mut self,
        reading: Reading<'_>,
        log: &Log,
        keyer: &mut Keyer,
        share: &mut Share,
        most: usize,
    ) -> Result<(), LogsError> {
        let mut records = Vec::new();
        let mut span: Option<Span> = None;
        let mut all_years = Vec::new();
        // The youngest first: an older file has no entry that is younger than its first.
        let mut written = i64::MAX;
        for file in &log.files {
            written = written.min(file.modified);
            let mut years = Years { written, back: 0 };
            let held = self.logs.iter().map(Vec::len).sum::<usize>() + records.len();
            let tails: usize = self.tails.iter().map(|tail| tail.bytes.len()).sum();
            let room = Room { most, held, bits: share.bits, tail_bytes: TAILS.saturating_sub(tails) };
            let (seen, mut part) = loop {
                let mut part = Part::default();
                let stamps = years.stamps();
                let seen = visit(
                    file,
                    reading.filter,
                    stamps,
                    reading.progress,
                    |_| true,
                    |entry| {
                        part.add(entry, keyer, share, room);
                        ControlFlow::Continue(())
                    },
                )?;
                if seen.years_too_late == 0 {
                    break (seen, part);
                }
                years.back += seen.years_too_late;
            };
            if share.bits > room.bits {
                records.retain(|record: &Record| share.has(record.digest));
                self.keep(*share);
            }
            all_years.push(years);
            self.seen.add(seen);
            self.totals.add(part.totals);
            if records.is_empty() {
                records = std::mem::take(&mut part.records);
            } else {
                records.append(&mut part.records);
            }
            self.tails.append(&mut part.tails);
            if let Some(first) = part.first {
                written = written.min(first.wall.saturating_add(LONG_OUTAGE));
                let of_file = part.span(reading.role, first);
                span = Some(span.map_or(of_file, |younger| younger.with_older(of_file, reading.role)));
            }
        }
        self.spans.extend(span);
        self.years.push(all_years);
        self.logs.push(records);
        Ok(())
    }

    /// Drops what is not in the share.
    pub fn keep(&mut self, share: Share) {
        for records in &mut self.logs {
            records.retain(|record| share.has(record.digest));
        }
        self.tails.retain(|tail| share.has(tail.record.digest));
    }
}

/// What is read of one file.
#[derive(Debug, Default)]
struct Part {
    records: Vec<Record>,
    tails: Vec<Tail>,
    tail_bytes: usize,
    totals: Totals,
    first: Option<First>,
    span: Option<Span>,
    last: i64,
}

/// The first entry of a file.
#[derive(Clone, Copy, Debug)]
struct First {
    time: i64,
    wall: i64,
}

impl Part {
    fn add(&mut self, entry: &Entry<'_>, keyer: &mut Keyer, share: &mut Share, room: Room) {
        self.totals.entries += 1;
        match entry.digits {
            Some(digits) => self.totals.digits = self.totals.digits.min(digits),
            None => self.totals.continued += 1,
        }
        if entry.time >= BELIEVED {
            self.first.get_or_insert(First { time: entry.time, wall: entry.wall });
            let span = self.span.get_or_insert(Span { first: entry.time, last: entry.time });
            span.first = span.first.min(entry.time);
            span.last = span.last.max(entry.time);
            self.last = entry.time;
        }
        let body = entry.said.body();
        let record = Record { digest: keyer.digest(&body), time: entry.time };
        let tail = tail(&body);
        self.totals.long += u64::from(!tail.is_empty());
        if !share.has(record.digest) {
            return;
        }
        if self.tail_bytes + tail.len() > room.tail_bytes {
            self.totals.tails_dropped += 1;
        } else if !tail.is_empty() {
            self.tail_bytes += tail.len();
            self.tails.push(Tail { record, bytes: tail.into() });
        }
        self.records.push(record);
        while self.records.len() > room.entries(*share) && share.bits < Share::MOST_BITS {
            share.bits += 1;
            let share = *share;
            self.records.retain(|record| share.has(record.digest));
            self.tails.retain(|tail| share.has(tail.record.digest));
        }
    }

    /// The local log is written in order, and whoever has altered it may have put a line anywhere: its first entry is
    /// the earliest. The central log gets blocks late, and only the place says up to when it is complete.
    fn span(&self, role: Role, first: First) -> Span {
        match (role, self.span) {
            (Role::Local, Some(span)) => span,
            _ => Span { first: first.time, last: self.last },
        }
    }
}
