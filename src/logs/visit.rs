//! The entries of a log that count, one after another.

use std::ops::ControlFlow;

use standfast_facts::machine::Progress;
use standfast_providers::shown::Shown;

use super::error::LogsError;
use super::line::{Said, begin};
use super::source::LogFile;
use super::stamp::Stamps;
use super::terms::{Clock, Hosts};

/// Which entries count, and by which clock.
#[derive(Debug)]
pub struct Filter {
    /// Whose.
    pub hosts: Hosts,
    /// By which clock.
    pub clock: Clock,
    /// Whose not: programs that are not forwarded, and rsyslogd, which tells each daemon's own story.
    pub excluded: Vec<Vec<u8>>,
}

/// An entry, or a line that belongs to the entry before it.
#[derive(Debug)]
pub struct Entry<'l> {
    /// Microseconds since 1970 of the clock by which times are compared.
    pub time: i64,
    /// What the clock on the wall said.
    pub wall: i64,
    /// How many digits the fraction of the second has; `None` for a line without a stamp.
    pub digits: Option<u8>,
    /// What it says.
    pub said: Said<'l>,
    /// The whole line.
    pub line: &'l [u8],
    /// Counted from 1.
    pub number: u64,
}

/// What was in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Lines.
    pub lines: u64,
    /// Entries of other hosts.
    pub other_hosts: u64,
    /// The names of some, and how many entries each has.
    pub others: Vec<(Vec<u8>, u64)>,
    /// Entries of programs that were to be left out.
    pub excluded: u64,
    /// Lines that begin with a time stamp.
    pub stamped: u64,
    /// Lines before the first time stamp: nobody knows their time.
    pub unplaced: u64,
    /// Lines that are too long to be read whole.
    pub cut: u64,
    /// By how many years the stamps were read too late.
    pub years_too_late: i64,
}

/// How many other hosts are counted each on its own.
const COUNTED: usize = 16;

/// How many other hosts are named.
const NAMED: usize = 5;

/// Shows the entries that count and are of a time that is wanted, in the order of the file, until it is told to break
/// off.
///
/// # Errors
/// When the file cannot be read.
pub fn visit(
    file: &LogFile,
    filter: &Filter,
    mut stamps: Stamps,
    progress: &Progress,
    wants: impl Fn(i64) -> bool,
    mut show: impl FnMut(&Entry<'_>) -> ControlFlow<()>,
) -> Result<Seen, LogsError> {
    let mut seen = Seen::default();
    let mut lines = file.lines(progress);
    let mut last_host = (Vec::new(), false);
    // When the entry before was, and whether it counts.
    let mut previous: Option<((i64, i64), bool)> = None;
    while let Some(line) = lines.next().map_err(|source| file.failed(source))? {
        seen.lines += 1;
        seen.cut += u64::from(line.is_cut);
        let ((time, wall), digits, said) = match begin(line.bytes, &mut stamps) {
            Some(begun) => {
                seen.stamped += 1;
                let times = (filter.clock.time(&begun.stamp), begun.stamp.wall);
                if !wants(times.0) {
                    previous = Some((times, false));
                    continue;
                }
                let parsed = begun.line();
                if last_host.0 != parsed.host {
                    last_host = (parsed.host.to_vec(), filter.hosts.has(parsed.host));
                }
                let counts = last_host.1 && !seen.excludes(filter, &parsed.said);
                if !last_host.1 {
                    seen.other(parsed.host);
                }
                previous = Some((times, counts));
                (times, Some(parsed.stamp.digits), parsed.said)
            }
            None if is_blank(line.bytes) => continue,
            None => match previous {
                Some((times, _)) => (times, None, Said::Continued(line.bytes)),
                None => {
                    seen.unplaced += 1;
                    continue;
                }
            },
        };
        if previous.is_some_and(|(_, counts)| counts) {
            let entry = Entry { time, wall, digits, said, line: line.bytes, number: seen.lines };
            if show(&entry).is_break() {
                break;
            }
        }
    }
    seen.years_too_late = stamps.years_too_late();
    Ok(seen)
}

impl Seen {
    fn excludes(&mut self, filter: &Filter, said: &Said<'_>) -> bool {
        let excluded = filter.excluded.iter().any(|program| said.is_of(program));
        self.excluded += u64::from(excluded);
        excluded
    }

    fn other(&mut self, host: &[u8]) {
        self.other_hosts += 1;
        self.others_of(host, 1);
    }

    fn others_of(&mut self, host: &[u8], entries: u64) {
        match self.others.iter().position(|(known, _)| known == host) {
            Some(at) => self.others[at].1 += entries,
            None if self.others.len() < COUNTED => self.others.push((host.to_vec(), entries)),
            None => {}
        }
    }

    /// The names of other hosts, the ones with the most entries first.
    #[must_use]
    pub fn names_of_others(&self) -> Vec<Shown> {
        let mut others = self.others.clone();
        others.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
        others.iter().take(NAMED).map(|(host, _)| Shown::bytes(host)).collect()
    }

    /// The names with a hundredth of the entries or more.
    pub fn frequent_others(&self) -> impl Iterator<Item = &[u8]> {
        let frequent = self.others.iter().filter(|(_, count)| count * 100 >= self.stamped);
        frequent.map(|(host, _)| host.as_slice())
    }

    /// What was in both files.
    pub fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.other_hosts += other.other_hosts;
        self.excluded += other.excluded;
        self.stamped += other.stamped;
        self.unplaced += other.unplaced;
        self.cut += other.cut;
        for (host, count) in other.others {
            self.others_of(&host, count);
        }
    }
}

/// An empty line, also one of NULs that a crash has left.
fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0))
}
