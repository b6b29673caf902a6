//! The drift report of schema 1: what becomes of a run's outcome on its way to Foreman. Pure functions.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use standfast_providers::edit::Labels;
use standfast_providers::provider::{Drift, Evidence, Finding, Place};
use standfast_providers::shown::Shown;

use super::clean;
use crate::outcome::{Outcome, Report, Status};
use crate::report::diff;

/// The largest body that is sent, in bytes.
pub const MOST_BYTES: usize = 64 * 1024;
/// How many findings a report has at most.
pub const MOST_FINDINGS: usize = 50;
const MOST_CHANGES: usize = 20;
const MOST_EVIDENCE: usize = 10;
/// The bounds of texts, in bytes, so that they hold in characters too.
const NAME: usize = 255;
const PROPERTY: usize = 64;
const TEXT: usize = 1024;
const DIFF: usize = 8192;
const VERSION: usize = 32;

/// The body, with the wrapper that names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The report.
    pub drift_report: DriftReport,
}

/// One report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftReport {
    /// 1.
    pub schema: u32,
    /// The Puppet certname, in lower case.
    pub host: String,
    /// When it was made, UTC with microseconds; frozen.
    pub reported_at: String,
    /// Of this program.
    pub version: String,
    /// `check` or `apply`.
    pub mode: String,
    /// Where desired state came from, in one word.
    pub policy: String,
    /// How many resources; the sum of the next four.
    pub checked: usize,
    /// As desired and in force.
    pub in_sync: usize,
    /// Different.
    pub drifted: usize,
    /// Made as desired by this run.
    pub corrected: usize,
    /// Not to be judged or brought in sync.
    pub failed: usize,
    /// The worst first.
    pub findings: Vec<Told>,
    /// How many findings more there were.
    pub omitted: usize,
}

/// What is told of one resource, or of what no desired state names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// `kind[title]`.
    pub resource: String,
    /// What became of it.
    pub state: State,
    /// What differs, or differed before it was corrected.
    pub changes: Vec<Change>,
    /// Why.
    pub message: String,
    /// The lines that count.
    pub evidence: Vec<Line>,
    /// The change of the files, masked.
    pub diff: String,
}

/// What became of a resource, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It cannot be judged, or could not be brought in sync.
    Failed,
    /// It differs.
    Drifted,
    /// It differed, and does not any more.
    Corrected,
    /// Wrong, but named by no desired state.
    Finding,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The property.
    pub property: String,
    /// What is; `None` where nothing is there.
    pub is: Option<String>,
    /// What should be.
    pub should: String,
}

/// A line that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The file.
    pub file: String,
    /// Its number, counted from 1; `None` for the file as a whole.
    pub line: Option<u32>,
    /// The line, masked.
    pub text: String,
    /// What it does.
    pub effect: String,
}

/// What is told of a run beside its outcome.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The name of the host, in lower case.
    pub host: &'a str,
    /// When, as `2026-11-27T12:08:46.123456Z`.
    pub reported_at: &'a str,
    /// `check` or `apply`.
    pub mode: &'static str,
    /// Where desired state came from, in one word.
    pub policy: &'static str,
}

impl Body {
    /// Of the outcome of a run, within all bounds.
    #[must_use]
    pub fn of(report: &Report, run: Run<'_>) -> Self {
        let count = |status| report.count(status);
        let (findings, omitted) = findings(report);
        let mut body = Self {
            drift_report: DriftReport {
                schema: 1,
                host: run.host.to_owned(),
                reported_at: run.reported_at.to_owned(),
                version: clean::line(env!("CARGO_PKG_VERSION"), VERSION),
                mode: run.mode.to_owned(),
                policy: run.policy.to_owned(),
                checked: report.outcomes.len(),
                in_sync: count(Status::InSync),
                drifted: count(Status::Drifted),
                corrected: count(Status::Corrected),
                failed: count(Status::Failed),
                findings,
                omitted,
            },
        };
        body.fit(MOST_BYTES);
        body
    }

    /// The bytes that are sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings, numbers and lists of them: serde_json can refuse none.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The same without the time: what two reports of one state have in common.
    #[must_use]
    pub fn without_time(&self) -> Vec<u8> {
        let mut body = self.clone();
        body.drift_report.reported_at.clear();
        body.to_bytes()
    }

    /// Takes away what is the least missed until it is no larger than `most` bytes: diffs from the last one on, then
    /// findings, which are counted; of the first one all but its first lines last.
    fn fit(&mut self, most: usize) {
        let mut size = self.to_bytes().len();
        let report = &mut self.drift_report;
        for finding in report.findings.iter_mut().rev() {
            if size <= most {
                return;
            }
            size -= length(&finding.diff) - 2;
            finding.diff.clear();
        }
        while size > most && report.findings.len() > 1 {
            // The comma goes with it; the number of those that are omitted may grow by a digit.
            size = (size + 1).saturating_sub(report.findings.pop().map_or(0, |last| length(&last) + 1));
            report.omitted += 1;
        }
        if let (true, Some(first)) = (size > most, report.findings.first_mut()) {
            first.changes.truncate(3);
            first.evidence.truncate(3);
        }
    }
}

/// How many bytes it takes as JSON.
fn length(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(0, |bytes| bytes.len())
}

/// What is told, the worst first, and how many more there were.
fn findings(report: &Report) -> (Vec<Told>, usize) {
    let mut all: Vec<(State, &Outcome)> =
        report.outcomes.iter().filter_map(|outcome| Some((state(outcome.status)?, outcome))).collect();
    // A stable sort: those of one state stay in the order of the policy.
    all.sort_by_key(|(state, _)| *state);
    let beside = report.findings();
    let total = all.len() + beside.len();
    all.truncate(MOST_FINDINGS);
    let mut diffs = Diffs::of(report);
    let mut told: Vec<Told> =
        all.into_iter().map(|(state, outcome)| of_outcome(state, outcome, &mut diffs)).collect();
    let room = MOST_FINDINGS - told.len();
    told.extend(beside.into_iter().take(room).map(of_finding));
    let omitted = total - told.len();
    (told, omitted)
}

fn state(status: Status) -> Option<State> {
    match status {
        Status::InSync => None,
        Status::Drifted => Some(State::Drifted),
        Status::Corrected => Some(State::Corrected),
        Status::Failed => Some(State::Failed),
    }
}

/// The changes of files, each told once: beside the first resource that wants it.
struct Diffs<'r> {
    report: &'r Report,
    /// Whether the change of this number is told already.
    told: Vec<bool>,
    labels: Labels,
}

impl<'r> Diffs<'r> {
    fn of(report: &'r Report) -> Self {
        Self { report, told: vec![false; report.edits.len()], labels: Labels::default() }
    }

    fn take(&mut self, outcome: &Outcome) -> String {
        let mut text = String::new();
        for (edit, told) in self.report.edits.iter().zip(&mut self.told) {
            if !*told && outcome.files.contains(&edit.path) {
                *told = true;
                text.push_str(&diff::unified(edit, &mut self.labels));
            }
        }
        clean::diff(&text, DIFF)
    }
}

fn of_outcome(state: State, outcome: &Outcome, diffs: &mut Diffs<'_>) -> Told {
    let evidence: Vec<Line> = outcome.evidence.iter().take(MOST_EVIDENCE).map(of_evidence).collect();
    // Daemons name the line with the difference, and not beside it.
    let named = || outcome.drift.iter().filter_map(|drift| drift.place.as_ref()).take(MOST_EVIDENCE);
    Told {
        resource: clean::line(&format!("{}[{}]", outcome.kind, outcome.title), NAME),
        state,
        changes: outcome.drift.iter().take(MOST_CHANGES).map(of_drift).collect(),
        message: clean::line(&message(state, outcome), TEXT),
        evidence: if evidence.is_empty() { named().map(of_place).collect() } else { evidence },
        // What apply would not do has no part in what it would write.
        diff: match state {
            State::Drifted if outcome.blocked.is_some() => String::new(),
            State::Failed | State::Finding => String::new(),
            State::Drifted | State::Corrected => diffs.take(outcome),
        },
    }
}

/// Why it failed; why it differs, and why `apply` would not help.
fn message(state: State, outcome: &Outcome) -> String {
    if let Some(error) = &outcome.error {
        return error.to_string();
    }
    let blocked = outcome.blocked.as_ref().filter(|_| state == State::Drifted);
    let mut parts: Vec<&str> = outcome.drift.iter().map(|drift| drift.reason.as_str()).collect();
    let blocked = blocked.map(|blocked| match parts.contains(&blocked.as_str()) {
        true => "apply would not help".to_owned(),
        false => format!("apply would not help: {blocked}"),
    });
    parts.extend(blocked.as_deref());
    parts.dedup();
    parts.join("; ")
}

fn of_drift(drift: &Drift) -> Change {
    let is = drift.is.as_str();
    // How many bytes came back is another number each time.
    let is = match is.split_once(": ") {
        Some((request, _)) if drift.property == "probe" => format!("an answer to {request}"),
        _ => clean::line(is, TEXT),
    };
    Change {
        property: clean::line(drift.property, PROPERTY),
        is: Some(is),
        should: clean::line(drift.should.as_str(), TEXT),
    }
}

fn of_evidence(evidence: &Evidence) -> Line {
    Line {
        text: clean::line(evidence.text.as_str(), TEXT),
        effect: evidence.effect.word().to_owned(),
        ..of_place(&evidence.place)
    }
}

fn of_place(place: &Place) -> Line {
    Line {
        file: clean::line(&shown(&place.file), TEXT),
        line: (place.line > 0).then_some(place.line),
        text: String::new(),
        effect: "decides".to_owned(),
    }
}

fn of_finding(finding: &Finding) -> Told {
    let message = finding.message.as_str();
    // How old it is grows from run to run.
    let message = match message.split_once(" old, ") {
        Some((_, rest)) if finding.code == "old-desired-state" => format!("is old, {rest}"),
        _ => message.to_owned(),
    };
    let place = Line { effect: finding.code.to_owned(), ..of_place(&finding.place) };
    Told {
        resource: clean::line(&format!("{}[{}]", finding.code, finding.place), NAME),
        state: State::Finding,
        changes: Vec::new(),
        message: clean::line(&format!("{message}; do: {}", finding.remedy), TEXT),
        evidence: vec![place],
        diff: String::new(),
    }
}

fn shown(path: &Path) -> String {
    Shown::bytes(path.as_os_str().as_bytes()).to_string()
}

#[cfg(test)]
#[path = "payload_tests.rs"]
mod tests;
