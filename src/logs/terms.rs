//! What holds for both sides: whose entries count, by which clock, and how a message is told from another.

use std::net::IpAddr;

use standfast_facts::machine::Progress;

use super::body::Form;
use super::error::LogsError;
use super::key::Tags;
use super::line::{Line, parse};
use super::source::{Log, LogFile};
use super::stamp::{Stamp, Stamps};

/// By which clock times are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// What the clock on the host's wall said: a side has stamps without a zone. rsyslog keeps the zone of a stamp, so
    /// the digits of both sides are the same.
    Wall,
    /// UTC; so many seconds east of it where none is written.
    Utc(i32),
}

impl Clock {
    /// A stamp in microseconds of this clock.
    #[must_use]
    pub fn time(self, stamp: &Stamp) -> i64 {
        match self {
            Self::Wall => stamp.wall,
            Self::Utc(offset) => {
                stamp.wall - i64::from(stamp.offset.unwrap_or(offset)) * crate::calendar::SECOND
            }
        }
    }
}

/// The names that the host goes by: lower case, without the domain; an address as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Vec<Vec<u8>>);

impl Hosts {
    /// Of names, short or with their domain.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n [u8]>) -> Self {
        let mut hosts = Self::default();
        hosts.add(names.into_iter());
        hosts
    }

    /// Adds names; says how many were new.
    pub fn add<'n>(&mut self, names: impl Iterator<Item = &'n [u8]>) -> usize {
        let before = self.0.len();
        for label in names.map(label) {
            if !self.0.contains(&label) {
                self.0.push(label);
            }
        }
        self.0.len() - before
    }

    /// Whether it is a name of the host.
    #[must_use]
    pub fn has(&self, name: &[u8]) -> bool {
        let label = label(name);
        self.0.contains(&label)
    }

    /// The names, for a person.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }
}

/// A name of a host up to its domain, in lower case.
#[must_use]
pub fn label(name: &[u8]) -> Vec<u8> {
    let name = name.to_ascii_lowercase();
    let is_address = std::str::from_utf8(&name).is_ok_and(|name| name.parse::<IpAddr>().is_ok());
    let end = name.iter().position(|byte| *byte == b'.').filter(|end| *end > 0 && !is_address);
    name[..end.unwrap_or(name.len())].to_vec()
}

/// What the first lines of a side's files say.
#[derive(Debug, Default)]
pub struct Survey {
    /// Whether some stamp has no zone.
    pub lacks_zones: bool,
    /// The zone of the first stamp that has one.
    pub zone: Option<i32>,
    /// Whether some line is written as RFC 5424 has it.
    has_protocol23: bool,
    /// How many lines have a tag, and how many of those a colon in it.
    tags: (usize, usize),
    /// Whose entries there are, and how many of each.
    hosts: Vec<(Vec<u8>, usize)>,
}

/// How many lines of each file are looked at beforehand.
const SURVEYED: usize = 500;

impl Survey {
    /// Of all files of a side; where a host is named, of its lines only.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn of(logs: &[Log], hosts: Option<&Hosts>) -> Result<Self, LogsError> {
        let mut survey = Self::default();
        for file in logs.iter().flat_map(|log| &log.files) {
            survey.file(file, hosts)?;
        }
        Ok(survey)
    }

    fn file(&mut self, file: &LogFile, hosts: Option<&Hosts>) -> Result<(), LogsError> {
        let mut stamps = Stamps::new(file.modified, 0);
        // Only the second reading is worth a bar.
        let mut lines = file.lines(&Progress::default());
        for _ in 0..SURVEYED {
            let Some(line) = lines.next().map_err(|source| file.failed(source))? else { break };
            if let Some(line) = parse(line.bytes, &mut stamps) {
                self.line(&line, hosts);
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &Line<'_>, hosts: Option<&Hosts>) {
        let label = label(line.host);
        match self.hosts.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count += 1,
            None => self.hosts.push((label, 1)),
        }
        if hosts.is_some_and(|hosts| !hosts.has(line.host)) {
            return;
        }
        self.lacks_zones |= line.stamp.offset.is_none();
        self.zone = self.zone.or(line.stamp.offset);
        let body = line.said.body();
        self.has_protocol23 |= body.form == Form::Protocol23;
        if !body.tag.is_empty() {
            self.tags.0 += 1;
            self.tags.1 += usize::from(body.tag.contains(&b':'));
        }
    }

    /// The names that the host goes by in its own log: `localhost` while it boots, another since it was renamed. A
    /// name of less than a hundredth of the entries is somebody else's.
    #[must_use]
    pub fn own_names(&self) -> Hosts {
        let all: usize = self.hosts.iter().map(|(_, count)| count).sum();
        Hosts::new(self.hosts.iter().filter(|(_, count)| count * 100 >= all).map(|(host, _)| host.as_slice()))
    }
}

/// How much of a tag both sides have, by their first lines.
#[must_use]
pub fn tags(local: &Survey, central: &Survey) -> Tags {
    // Nearly all tags have a colon. Where nearly none has one, RFC 5424 was in between.
    let has_colons = |survey: &Survey| survey.tags.1 * 2 > survey.tags.0;
    let lacks_colons = |survey: &Survey| survey.tags.0 > 0 && survey.tags.1 * 10 <= survey.tags.0;
    let was_between =
        has_colons(local) && lacks_colons(central) || has_colons(central) && lacks_colons(local);
    if local.has_protocol23 || central.has_protocol23 || was_between { Tags::Reduced } else { Tags::Whole }
}

/// By which clock times are compared: UTC where all stamps have a zone, or one was named for those that have none.
#[must_use]
pub fn clock(local: &Survey, central: &Survey, named: Option<i32>) -> Clock {
    match named {
        Some(offset) => Clock::Utc(offset),
        None if local.lacks_zones || central.lacks_zones => Clock::Wall,
        None => Clock::Utc(local.zone.or(central.zone).unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::Tags;
    use super::super::line::parse;
    use super::super::stamp::Stamps;
    use super::{Clock, Hosts, Survey, clock, label, tags};

    fn survey(lines: &[&str]) -> Survey {
        let mut survey = Survey::default();
        for line in lines {
            survey.line(&parse(line.as_bytes(), &mut Stamps::new(0, 0)).unwrap(), None);
        }
        survey
    }

    #[test]
    fn a_host_is_known_short_and_with_its_domain_in_any_case() {
        let hosts = Hosts::new([&b"Web1.example.org"[..], b"10.0.0.5"]);
        for name in ["web1", "WEB1.EXAMPLE.ORG", "web1.", "10.0.0.5"] {
            assert!(hosts.has(name.as_bytes()), "{name}");
        }
        for name in ["web", "web12", "10.0.0.6", "10", ""] {
            assert!(!hosts.has(name.as_bytes()), "{name}");
        }
        assert_eq!(label(b"2001:db8::1"), b"2001:db8::1");
    }

    #[test]
    fn the_names_of_the_host_are_those_in_its_own_log_but_for_rare_ones() {
        let line = |host: &str| format!("Nov 26 22:10:11 {host} a: b");
        let mut lines = vec![line("web1"); 150];
        lines.extend([line("localhost"), line("LOCALHOST"), line("db.example.org")]);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(survey(&lines).own_names().names(), ["web1", "localhost"]);
        assert_eq!(survey(&[]).own_names(), Hosts::default());
    }

    #[test]
    fn without_a_zone_on_one_side_the_clock_on_the_wall_counts() {
        let with = survey(&["2026-11-26T22:10:11+02:00 vm a: b"]);
        let without = survey(&["Nov 26 22:10:11 vm a: b"]);
        assert_eq!(clock(&with, &without, None), Clock::Wall);
        assert_eq!(clock(&without, &with, Some(3600)), Clock::Utc(3600));
        assert_eq!(clock(&with, &with, None), Clock::Utc(7200));
    }

    #[test]
    fn tags_are_reduced_where_rfc_5424_was_in_between() {
        let colons = survey(&["Nov 26 22:10:11 vm a: b", "Nov 26 22:10:11 vm c[1]: d"]);
        let none = survey(&["Nov 26 22:10:11 vm a b", "Nov 26 22:10:11 vm c[1] d"]);
        let written = survey(&["<13>1 2026-11-26T22:10:11Z vm a - - -  b"]);
        assert_eq!(tags(&colons, &colons), Tags::Whole);
        assert_eq!(tags(&colons, &none), Tags::Reduced);
        assert_eq!(tags(&colons, &written), Tags::Reduced);
        assert_eq!(tags(&none, &none), Tags::Whole);
    }
}
