//! A comparison from the files to what came of it.

use std::collections::HashSet;

use standfast_facts::machine::Progress;
use standfast_providers::shown::Shown;

use super::Role;
use super::error::LogsError;
use super::find::{Findings, Wanted};
use super::key::Keyer;
use super::matching::{Matching, Single, Times, altered_tails, collapse, matching};
use super::request::Request;
use super::side::{Reading, Record, Share, Side, Tail, Years};
use super::source::{self, Log};
use super::terms::{self, Hosts, Survey};
use super::told::{Comparison, Totals};
use super::visit::Filter;
use super::window::{Bounds, Outside, Window, floor};
use crate::calendar;
use crate::progress::{Bar, Total};

/// One comparison.
pub struct Run<'r> {
    /// The files of both sides, local and central.
    pub logs: &'r [Vec<Log>; 2],
    /// Which entries count.
    pub filter: Filter,
    keyer: Keyer,
}

/// All that has been found out in the shares so far.
#[derive(Debug, Default)]
pub struct Sum {
    /// Messages that are on both sides.
    pub matched: u64,
    /// How many of them have another time on the other side.
    pub shifted: u64,
    /// Second copies on the central side.
    pub duplicates: u64,
    /// What is not in the window.
    pub outside: [Outside; 2],
    /// What has no partner.
    pub findings: [Findings; 2],
}

const SIDES: [Role; 2] = [Role::Local, Role::Central];

/// Compares, with so many entries of a side in memory.
///
/// # Errors
/// [`LogsError`] when nothing can be said.
pub fn compare(request: &Request, most: usize) -> Result<Comparison, LogsError> {
    let local = source::open(&request.local, request.siblings)?;
    let central = source::open(&request.central, request.siblings)?;
    source::refuse_common(&local, &central)?;
    let logs = [local, central];
    let named =
        (!request.hosts.is_empty()).then(|| Hosts::new(request.hosts.iter().map(|host| host.as_bytes())));
    let surveys = [Survey::of(&logs[0], named.as_ref())?, Survey::of(&logs[1], named.as_ref())?];
    let hosts = named.unwrap_or_else(|| surveys[0].own_names());
    let clock = terms::clock(&surveys[0], &surveys[1], request.zone);
    let excluded = request.excluded.iter().map(|program| program.as_bytes().to_vec()).collect();
    let filter = Filter { hosts, clock, excluded };
    let zone = request.zone.or(surveys[0].zone).or(surveys[1].zone).unwrap_or(0);
    let keyer = Keyer::new(terms::tags(&surveys[0], &surveys[1]));
    let mut run = Run { logs: &logs, filter, keyer };
    let (mut sides, mut share) = run.read(Share::ALL, most)?;
    // The host may have been renamed far from where the survey has looked.
    if request.hosts.is_empty() && run.filter.hosts.add(sides[0].seen.frequent_others()) > 0 {
        (sides, share) = run.read(Share::ALL, most)?;
    }
    run.compare(sides, share, request.bounds(clock, zone))
}

impl Run<'_> {
    fn compare(&self, sides: [Side; 2], mut share: Share, bounds: Bounds) -> Result<Comparison, LogsError> {
        self.refuse_nothing(&sides, bounds)?;
        let unit = 10_i64.pow(6 - u32::from(sides[0].totals.digits.min(sides[1].totals.digits)));
        let window = Window::of(&sides[0].spans, &sides[1].spans, bounds, unit)?;
        let totals = Totals::of(&sides);
        let (mut sum, mut times) = (Sum::default(), None);
        let mut sides = Some(sides);
        while share.index < 1 << share.bits {
            let read = match sides.take() {
                Some(sides) => sides,
                None => self.read(share, usize::MAX)?.0,
            };
            times = Some(self.share((read, 1 << share.bits), (window, unit), times, &mut sum)?);
            share.index += 1;
        }
        let alone: u64 = sum.findings.iter().map(|findings| findings.count).sum();
        if sum.matched + alone == 0 {
            // That nothing differs must not be taken for a proof.
            let (from, to) = (calendar::text(window.start), calendar::text(window.end));
            return Err(LogsError::NoWindow { why: format!("no side has an entry from {from} to {to}") });
        }
        Ok(self.tell(window, unit, totals, &sum))
    }

    /// Reads both sides at once.
    fn read(&self, share: Share, most: usize) -> Result<([Side; 2], Share), LogsError> {
        let (progress, _bar) = self.watched();
        let read = |role| Side::read(self.reading(role, &progress), &self.keyer, share, most);
        let [local, central] = both(|| read(Role::Local), || read(Role::Central));
        let ((mut local, of_local), (mut central, of_central)) = (local?, central?);
        let share = Share { bits: of_local.bits.max(of_central.bits), index: share.index };
        local.keep(share);
        central.keep(share);
        Ok(([local, central], share))
    }

    /// A bar for one reading of all files.
    fn watched(&self) -> (Progress, Bar) {
        let progress = Progress::default();
        let bytes = self.logs.iter().flatten().flat_map(|log| &log.files).map(|file| file.size).sum();
        (progress.clone(), Bar::watch(progress, Total::Bytes(bytes)))
    }

    fn reading<'p>(&'p self, role: Role, progress: &'p Progress) -> Reading<'p> {
        Reading { role, logs: &self.logs[role.index()], filter: &self.filter, progress }
    }

    /// A side without an entry may be one that was emptied: that is told where the caller has named time and host.
    fn refuse_nothing(&self, sides: &[Side; 2], bounds: Bounds) -> Result<(), LogsError> {
        let hosts = self.filter.hosts.names();
        let is_named = bounds.since.is_some() && bounds.until.is_some() && !hosts.is_empty();
        for (side, read) in SIDES.into_iter().zip(sides) {
            if read.totals.entries > 0 || is_named && (read.seen.lines == 0 || read.seen.stamped > 0) {
                continue;
            }
            return Err(match (read.seen.lines, read.seen.stamped) {
                (0, _) => LogsError::Empty { side },
                (_, 0) => LogsError::NoLog { path: self.logs[side.index()][0].files[0].path.clone() },
                _ => LogsError::NoEntry {
                    side,
                    hosts: Shown::owned(hosts.join(", ")),
                    others: read.seen.names_of_others(),
                },
            });
        }
        Ok(())
    }

    /// Compares one share, and looks up the texts of what has no partner. Says how times are related.
    fn share(
        &self,
        (sides, shares): ([Side; 2], usize),
        (window, unit): (Window, i64),
        times: Option<Times>,
        sum: &mut Sum,
    ) -> Result<Times, LogsError> {
        let [local, central] = sides;
        let tails = [local.tails, central.tails];
        let years = [local.years, central.years];
        let (local, central) = (collapse(local.logs, unit), collapse(central.logs, unit));
        let mut how = times.unwrap_or(Times::Equal);
        let mut found = matching(&local, &central, window, how);
        if times.is_none() && found.is_shifted() {
            how = Times::Shifted;
            found = matching(&local, &central, window, how);
        }
        drop((local, central));
        sum.add(&found);
        let mut singles = found.singles;
        sum.matched -= add_tails(&mut singles, &tails, window, unit);
        if singles.iter().any(|singles| !singles.is_empty()) {
            self.look(&singles, &years, unit, shares, sum)?;
        }
        Ok(how)
    }

    fn look(
        &self,
        singles: &[Vec<Single>; 2],
        years: &[Vec<Vec<Years>>; 2],
        unit: i64,
        shares: usize,
        sum: &mut Sum,
    ) -> Result<(), LogsError> {
        let (progress, _bar) = self.watched();
        let wanted = Wanted::new(singles, shares);
        let [of_local, of_central] = &mut sum.findings;
        let look = |findings: &mut Findings, role: Role| {
            let reading = self.reading(role, &progress);
            findings.look(reading, &years[role.index()], &self.keyer, unit, &wanted)
        };
        let [local, central] = both(|| look(of_local, Role::Local), || look(of_central, Role::Central));
        local.and(central)
    }
}

/// Adds the over-long messages that are equal up to what the digest covers only; says how many local ones.
fn add_tails(singles: &mut [Vec<Single>; 2], tails: &[Vec<Tail>; 2], window: Window, unit: i64) -> u64 {
    let altered = altered_tails(&tails[0], &tails[1]);
    let mut added = [0, 0];
    for ((singles, altered), added) in singles.iter_mut().zip(altered).zip(&mut added) {
        // One that has no partner at all is there already.
        let mut known: HashSet<Record> = HashSet::new();
        if !altered.is_empty() {
            known.extend(singles.iter().map(|single| single.record));
        }
        for record in altered {
            let record = Record { time: floor(record.time, unit), ..record };
            if window.has(record.time) && known.insert(record) {
                singles.push(Single { record, count: 1, is_alone: false });
                *added += 1;
            }
        }
    }
    added[0]
}

impl Sum {
    fn add(&mut self, found: &Matching) {
        self.matched += found.matched;
        self.shifted += found.shifted;
        self.duplicates += found.duplicates;
        for (sum, outside) in self.outside.iter_mut().zip(found.outside) {
            sum.add(outside);
        }
    }
}

/// Does two things at once.
fn both<T: Send>(one: impl FnOnce() -> T + Send, other: impl FnOnce() -> T) -> [T; 2] {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        [one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other]
    })
}
