//! What came of a comparison, ready to be told: safe to show, and in an order that is always the same.

use serde::Serialize;
use standfast_providers::shown::Shown;

use super::Role;
use super::body::Body;
use super::find::{Findings, Found};
use super::pairs::{Pairs, pairs};
use super::run::{Run, Sum};
use super::side::{self, Side};
use super::terms::Clock;
use super::visit::Seen;
use super::window::{Outside, Window};
use crate::calendar;

/// What came of a comparison.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// `same` or `different`.
    pub verdict: Verdict,
    /// The names that the host goes by.
    pub hosts: Vec<Shown>,
    /// The first time that was compared.
    pub start: String,
    /// The last time that was compared.
    pub end: String,
    /// Messages that are on both sides.
    pub matched: u64,
    /// Second copies on the central side, which forwarding may make.
    pub duplicates: u64,
    /// How many messages were edited.
    pub edited: u64,
    /// How many the central side has and the local one has not.
    pub deleted: u64,
    /// How many the local side has and the central one has not.
    pub lost: u64,
    /// The differences, by time; not all where they are too many.
    pub differences: Vec<Difference>,
    /// What the local side has alone, by program.
    pub lost_by_program: Vec<Program>,
    /// What the central side has alone, by program.
    pub deleted_by_program: Vec<Program>,
    /// The local side.
    pub local: SideTold,
    /// The central side.
    pub central: SideTold,
    /// What else should be known.
    pub notes: Vec<String>,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All messages of the window are on both sides.
    Same,
    /// Not all.
    Different,
}

/// What a difference may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Both sides have it, with different texts or times.
    Edited,
    /// Only the central side has it.
    Deleted,
    /// Only the local side has it.
    Lost,
}

impl Kind {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Deleted => "deleted or edited locally",
            Self::Lost => "lost, not forwarded, or forged",
        }
    }
}

/// A message that is not the same on both sides.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// What it may mean.
    pub kind: Kind,
    /// When it was written.
    pub time: String,
    /// By which program.
    pub program: Shown,
    /// What the central side has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub central: Option<Place>,
    /// What the local side has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<Place>,
}

/// A line of a file.
#[derive(Debug, Serialize)]
pub struct Place {
    /// The file.
    pub file: Shown,
    /// The line, counted from 1.
    pub line: u64,
    /// The text, of a long line what counts of it.
    pub text: Shown,
}

/// How many messages of a program there are.
#[derive(Debug, Serialize)]
pub struct Program {
    /// Its name.
    pub program: Shown,
    /// How many.
    pub count: u64,
}

/// What was read of a side.
#[derive(Debug, Serialize)]
pub struct SideTold {
    /// The files, the youngest of each log first.
    pub files: Vec<Shown>,
    /// All their lines.
    pub lines: u64,
    /// The entries of the host.
    pub entries: u64,
    /// Those that were not compared, since the other side is not complete for their time.
    pub outside: Outside,
    /// Those of programs that were to be left out.
    pub excluded: u64,
    /// Entries of other hosts.
    pub other_hosts: u64,
    /// Lines before the first time stamp.
    pub unplaced: u64,
}

/// What is counted of a side and outlives its records.
#[derive(Debug)]
pub struct Totals {
    seen: Seen,
    totals: side::Totals,
}

impl Totals {
    /// Of both sides.
    #[must_use]
    pub fn of(sides: &[Side; 2]) -> [Self; 2] {
        sides.each_ref().map(|side| Self { seen: side.seen.clone(), totals: side.totals })
    }
}

/// The most bytes of a line that are told as they are.
const WHOLE: usize = 350;

/// What is told of a long line: its head, and something before and behind the place where it differs.
const HEAD: usize = 80;
const BEFORE: usize = 60;
const BEHIND: usize = 160;

/// How many programs are named.
const PROGRAMS: usize = 10;

impl Run<'_> {
    /// Puts it into words.
    pub(super) fn tell(&self, window: Window, unit: i64, totals: [Totals; 2], sum: &Sum) -> Comparison {
        let [local, central] = &sum.findings;
        let pairs = pairs(&local.found, &central.found);
        let Pairs { same, edited, copies } = &pairs;
        let alone = |findings: &Findings| findings.count - (same.len() + edited.len()) as u64;
        let (lost, deleted) = (alone(local), alone(central) - copies.len() as u64);
        let paired = || same.iter().chain(edited);
        let differences = self.differences(local, central, &pairs);
        let verdict =
            if lost + deleted + edited.len() as u64 == 0 { Verdict::Same } else { Verdict::Different };
        let notes = self.notes(&totals, sum, edited, unit);
        let [of_local, of_central] = totals;
        Comparison {
            verdict,
            hosts: self.filter.hosts.names().iter().map(|name| Shown::text(name)).collect(),
            start: self.time(window.start),
            end: self.time(window.end),
            matched: sum.matched + same.len() as u64,
            duplicates: sum.duplicates + copies.len() as u64,
            edited: edited.len() as u64,
            deleted,
            lost,
            lost_by_program: programs(local, paired().map(|pair| pair.0)),
            deleted_by_program: programs(central, paired().map(|pair| pair.1).chain(copies.iter().copied())),
            local: self.side(Role::Local, of_local, sum),
            central: self.side(Role::Central, of_central, sum),
            differences,
            notes,
        }
    }

    fn side(&self, role: Role, of: Totals, sum: &Sum) -> SideTold {
        let files = self.logs[role.index()].iter().flat_map(|log| &log.files);
        SideTold {
            files: files.map(|file| Shown::text(&file.path.to_string_lossy())).collect(),
            lines: of.seen.lines,
            entries: of.totals.entries,
            outside: sum.outside[role.index()],
            excluded: of.seen.excluded,
            other_hosts: of.seen.other_hosts,
            unplaced: of.seen.unplaced,
        }
    }

    /// A time, with `Z` where it is UTC; without a zone it is that of the host.
    fn time(&self, time: i64) -> String {
        match (time, self.filter.clock) {
            (i64::MIN | i64::MAX, _) => String::new(),
            (time, Clock::Wall) => calendar::text(time),
            (time, Clock::Utc(_)) => calendar::text(time) + "Z",
        }
    }

    fn differences(&self, local: &Findings, central: &Findings, pairs: &Pairs) -> Vec<Difference> {
        let mut open = [vec![true; local.found.len()], vec![true; central.found.len()]];
        for &(local, central) in pairs.same.iter().chain(&pairs.edited) {
            (open[0][local], open[1][central]) = (false, false);
        }
        for &copy in &pairs.copies {
            open[1][copy] = false;
        }
        let single = |findings: &'_ Findings, open: &[bool]| -> Vec<usize> {
            (0..findings.found.len()).filter(|index| open[*index]).collect()
        };
        let mut all: Vec<(Kind, Option<&Found>, Option<&Found>)> = Vec::new();
        all.extend(
            pairs
                .edited
                .iter()
                .map(|&(one, other)| (Kind::Edited, Some(&local.found[one]), Some(&central.found[other]))),
        );
        all.extend(
            single(local, &open[0]).into_iter().map(|one| (Kind::Lost, Some(&local.found[one]), None)),
        );
        all.extend(
            single(central, &open[1]).into_iter().map(|one| (Kind::Deleted, None, Some(&central.found[one]))),
        );
        all.sort_by_key(|(kind, local, central)| {
            let place = |found: &Found| (found.record.time, found.file, found.line);
            (central.or(*local).map(place), *kind, local.map(place))
        });
        all.into_iter().map(|(kind, local, central)| self.difference(kind, local, central)).collect()
    }

    fn difference(&self, kind: Kind, local: Option<&Found>, central: Option<&Found>) -> Difference {
        let at = match (local, central) {
            (Some(local), Some(central)) => first_difference(&local.body(), &central.body()),
            _ => 0,
        };
        let place = |role: Role, found: &Found| Place {
            file: Shown::text(
                &self.logs[role.index()][found.file.0].files[found.file.1].path.to_string_lossy(),
            ),
            line: found.line,
            text: Shown::bytes(&excerpt(&found.text, found.body().message, at)),
        };
        let original = central.or(local);
        Difference {
            kind,
            time: original.map_or_else(String::new, |found| self.time(found.record.time)),
            program: original.map_or_else(Shown::default, |found| Shown::bytes(found.body().program())),
            local: local.map(|found| place(Role::Local, found)),
            central: central.map(|found| place(Role::Central, found)),
        }
    }

    fn notes(&self, totals: &[Totals; 2], sum: &Sum, edited: &[(usize, usize)], unit: i64) -> Vec<String> {
        let mut notes = Vec::new();
        let mut note = |count: u64, words: &str| {
            if count > 0 {
                notes.push(format!("{count} {words}"));
            }
        };
        note(sum.shifted, "messages have another time on the other side, 2 s apart at most");
        for (role, of) in [Role::Local, Role::Central].into_iter().zip(totals) {
            let lines = |words: &str| format!("lines of the {role} side {words}");
            if role == Role::Local {
                let names: Vec<String> = of.seen.names_of_others().iter().map(Shown::to_string).collect();
                let words = format!("entries of the local side are of other hosts ({})", names.join(", "));
                note(of.seen.other_hosts, &words);
            }
            note(of.seen.unplaced, &lines("stand before the first time stamp and are not compared"));
            note(of.seen.cut, &lines("are longer than 256 KiB, and only so much of them is compared"));
            note(
                of.totals.tails_dropped,
                &lines("are over-long, and only their first 7900 bytes are compared"),
            );
        }
        let [local, central] = &sum.findings;
        for (role, findings) in [(Role::Local, local), (Role::Central, central)] {
            let words = format!(
                "messages that only the {role} side has are counted and not looked into: they are too many"
            );
            note(findings.count - findings.found.len() as u64, &words);
        }
        if unit > 1 && sum.duplicates > 0 {
            notes.push("a side has no fractions of seconds: a message that was deleted locally while an equal one of \
                        the same second stayed looks like a second copy"
                .to_owned());
        }
        notes.extend(shift(local, central, edited));
        notes
    }
}

/// Many messages whose times differ by the same are no forgery.
fn shift(local: &Findings, central: &Findings, edited: &[(usize, usize)]) -> Option<String> {
    let apart = |&(one, other): &(usize, usize)| {
        (local.found[one].record.time - central.found[other].record.time).div_euclid(calendar::SECOND)
    };
    let first = apart(edited.first()?);
    let all = edited.len() >= 3 && first.abs() > 2 && edited.iter().all(|pair| apart(pair) == first);
    all.then(|| {
        format!("all that was edited is the time, by {first} s: a side has another zone or clock, see --zone")
    })
}

/// The programs with the most entries, without those that have a partner after all.
fn programs(findings: &Findings, paired: impl Iterator<Item = usize>) -> Vec<Program> {
    let mut programs = findings.programs.clone();
    for index in paired {
        if let Some(count) = programs.get_mut(findings.found[index].body().program()) {
            *count -= 1;
        }
    }
    let mut programs: Vec<_> = programs.into_iter().filter(|(_, count)| *count > 0).collect();
    programs.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    let told = programs.into_iter().take(PROGRAMS);
    told.map(|(program, count)| Program { program: Shown::bytes(&program), count }).collect()
}

/// Where two messages differ first.
fn first_difference(one: &Body<'_>, other: &Body<'_>) -> usize {
    one.message.iter().zip(other.message).take_while(|(one, other)| one == other).count()
}

/// What counts of a long line: its head, and what is around a place of its message.
fn excerpt(line: &[u8], message: &[u8], at: usize) -> Vec<u8> {
    if line.len() <= WHOLE {
        return line.to_vec();
    }
    let from = line.len() - message.len().min(line.len()) + at;
    let from = char_start(line, from.saturating_sub(BEFORE)).max(HEAD);
    let to = char_start(line, (from + BEFORE + BEHIND).min(line.len()));
    let dots = "…".as_bytes();
    let head = char_start(line, HEAD);
    let mut out = line[..head].to_vec();
    out.extend_from_slice(if from > head { dots } else { b"" });
    out.extend_from_slice(&line[from.max(head)..to.max(head)]);
    out.extend_from_slice(if to < line.len() { dots } else { b"" });
    out
}

/// The start of the character that a byte is of.
fn char_start(text: &[u8], at: usize) -> usize {
    (at.saturating_sub(3)..=at)
        .rev()
        .find(|at| text.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80))
        .unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn of_a_long_line_the_head_and_the_place_are_told() {
        let message = format!("{}HERE{}", "x".repeat(5000), "y".repeat(5000));
        let line = format!("Nov 26 22:10:11 vm app: {message}");
        let told = String::from_utf8(excerpt(line.as_bytes(), message.as_bytes(), 5000)).unwrap();
        assert!(told.starts_with("Nov 26 22:10:11 vm app: xxx") && told.contains("xHEREy"), "{told}");
        assert!(told.len() < 400 && told.ends_with('…'), "{told}");
    }

    #[test]
    fn characters_are_not_cut_in_two() {
        let message = "ä€😀".repeat(200);
        let line = format!("Nov 26 22:10:11 vm app: {message}");
        for at in 0..message.len() {
            assert!(String::from_utf8(excerpt(line.as_bytes(), message.as_bytes(), at)).is_ok(), "{at}");
        }
    }
}
