//! The second look: the texts of the entries that have no partner.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use super::body::Body;
use super::error::LogsError;
use super::key::Keyer;
use super::line::parse;
use super::matching::Single;
use super::side::{Reading, Record, Years};
use super::stamp::Stamps;
use super::visit::visit;
use super::window::floor;

/// The most entries of a side whose texts are kept.
pub const KEPT_ENTRIES: usize = 10_000;

/// The most entries of a side that are looked for; more are counted only.
const LOOKED_FOR: usize = 1 << 20;

/// The most bytes of texts of a side.
const KEPT_BYTES: usize = 16 << 20;

/// The most programs that are counted each on its own.
const PROGRAMS: usize = 1000;

/// An entry that has no partner, with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its digest and its time, the latter not cut.
    pub record: Record,
    /// Whether no entry with this text has a partner.
    pub is_alone: bool,
    /// Which log of the side, and which file of the log.
    pub file: (usize, usize),
    /// Its line, counted from 1.
    pub line: u64,
    /// The whole line.
    pub text: Vec<u8>,
}

impl Found {
    /// What it says.
    #[must_use]
    pub fn body(&self) -> Body<'_> {
        let parsed = parse(&self.text, &mut Stamps::new(0, 0));
        parsed.map_or_else(|| Body::continued(&self.text), |line| line.said.body())
    }
}

/// What is looked for on both sides.
pub struct Wanted<'s> {
    singles: &'s [Vec<Single>; 2],
    /// Up to which time they are looked for at all.
    until: i64,
    /// Up to which time their texts are kept: the same on both sides, so that partners are kept together.
    kept_until: i64,
}

impl<'s> Wanted<'s> {
    /// Entries of one of so many shares.
    #[must_use]
    pub fn new(singles: &'s [Vec<Single>; 2], shares: usize) -> Self {
        let until = until(singles, LOOKED_FOR);
        Self { singles, until, kept_until: until.min(self::until(singles, (KEPT_ENTRIES / shares).max(1))) }
    }
}

/// The time up to which both sides have so many of these at most.
fn until(singles: &[Vec<Single>; 2], most: usize) -> i64 {
    let of_side = |singles: &Vec<Single>| {
        let mut times: Vec<i64> = singles.iter().map(|single| single.record.time).collect();
        // What is as old as the first that is too many is out, too: else the last second would be cut in two.
        if times.len() <= most { i64::MAX } else { *times.select_nth_unstable(most).1 - 1 }
    };
    singles.iter().map(of_side).min().unwrap_or(i64::MAX)
}

/// The times that are looked for: most entries have another, and need no digest.
struct Times(Vec<i64>);

impl Times {
    fn of<'w>(wanted: impl Iterator<Item = &'w Record>) -> Self {
        let mut times: Vec<i64> = wanted.map(|record| record.time).collect();
        times.sort_unstable();
        times.dedup();
        Self(times)
    }

    fn has(&self, time: i64) -> bool {
        self.0.binary_search(&time).is_ok()
    }
}

/// What a side has alone.
#[derive(Debug, Default)]
pub struct Findings {
    /// Entries with their texts, as many as are kept.
    pub found: Vec<Found>,
    /// The bytes of those.
    bytes: usize,
    /// How many entries there are.
    pub count: u64,
    /// How many of each program.
    pub programs: BTreeMap<Vec<u8>, u64>,
}

impl Findings {
    /// Looks for their texts.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn look(
        &mut self,
        reading: Reading<'_>,
        years: &[Vec<Years>],
        keyer: &Keyer,
        unit: i64,
        all: &Wanted<'_>,
    ) -> Result<(), LogsError> {
        let singles = &all.singles[reading.role.index()];
        self.count += singles.iter().map(|single| single.count).sum::<u64>();
        let mut wanted: HashMap<Record, (u64, bool)> = HashMap::new();
        for single in singles.iter().filter(|single| single.record.time <= all.until) {
            let (count, is_alone) = wanted.entry(single.record).or_insert((0, single.is_alone));
            *count += single.count;
            *is_alone &= single.is_alone;
        }
        let times = Times::of(wanted.keys());
        let mut keyer = keyer.clone();
        for (log_index, (log, years)) in reading.logs.iter().zip(years).enumerate() {
            for (file_index, (file, years)) in log.files.iter().zip(years).enumerate() {
                if wanted.is_empty() {
                    return Ok(());
                }
                let (stamps, wants) = (years.stamps(), |time| times.has(floor(time, unit)));
                visit(file, reading.filter, stamps, reading.progress, wants, |entry| {
                    let time = floor(entry.time, unit);
                    let body = entry.said.body();
                    let digest = keyer.digest(&body);
                    let key = Record { digest, time };
                    let Some((count, is_alone)) = wanted.get_mut(&key) else {
                        return ControlFlow::Continue(());
                    };
                    let is_alone = *is_alone;
                    *count -= 1;
                    if *count == 0 {
                        wanted.remove(&key);
                    }
                    let record = Record { digest, time: entry.time };
                    let place = ((log_index, file_index), entry.number);
                    self.count_program(body.program());
                    if time <= all.kept_until {
                        self.keep(record, is_alone, place, entry.line);
                    }
                    if wanted.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })?;
            }
        }
        Ok(())
    }

    fn count_program(&mut self, program: &[u8]) {
        let may_be_new = self.programs.len() < PROGRAMS;
        match self.programs.get_mut(program) {
            Some(count) => *count += 1,
            None if may_be_new => drop(self.programs.insert(program.to_vec(), 1)),
            None => {}
        }
    }

    fn keep(&mut self, record: Record, is_alone: bool, place: ((usize, usize), u64), text: &[u8]) {
        // Of one entry there may be many.
        if self.found.len() < KEPT_ENTRIES && self.bytes + text.len() <= KEPT_BYTES {
            self.bytes += text.len();
            let (file, line) = place;
            self.found.push(Found { record, is_alone, file, line, text: text.to_vec() });
        }
    }
}
