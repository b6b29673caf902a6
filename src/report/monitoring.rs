//! The report for Nagios, Icinga and their kin: one line with performance data, and the plugin's exit code.

use std::io::{self, Write};

use standfast_providers::shown::Shown;

use crate::outcome::{Report, Status};
use crate::policy::source::Source;

/// The states of a monitoring plugin, in the order of their exit codes.
///
/// Source: Monitoring Plugins Development Guidelines, "Plugin Return Codes".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// All in sync, and no findings.
    Ok,
    /// In sync, with findings.
    Warning,
    /// Drift.
    Critical,
    /// Something could not be judged.
    Unknown,
}

impl State {
    /// The state of a report.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        if report.count(Status::Drifted) > 0 {
            Self::Critical
        } else if report.count(Status::Failed) > 0 {
            Self::Unknown
        } else if report.findings().is_empty() {
            Self::Ok
        } else {
            Self::Warning
        }
    }

    /// The word that begins the line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The plugin's exit code, 0 to 3.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }
}

/// Writes the line of a run that could not be.
///
/// # Errors
/// When the output cannot be written.
pub fn write_unknown(reason: &str, out: &mut impl Write) -> io::Result<()> {
    let text = Shown::text(reason).to_string().replace('|', "¦");
    writeln!(out, "STANDFAST {} - {text}", State::Unknown.word())
}

/// Writes the line. A `|` in a text would begin the performance data, so it is shown as a broken bar.
///
/// # Errors
/// When the output cannot be written.
pub fn write(report: &Report, source: &Source, out: &mut impl Write) -> io::Result<()> {
    let count = |status| report.count(status);
    let findings = report.findings();
    let mut text = format!("{} in sync", count(Status::InSync) + count(Status::Corrected));
    for (number, word) in
        [(count(Status::Drifted), "drifted"), (count(Status::Failed), "failed"), (findings.len(), "findings")]
    {
        if number > 0 {
            text.push_str(&format!(", {number} {word}"));
        }
    }
    let first =
        report.outcomes.iter().find(|outcome| matches!(outcome.status, Status::Drifted | Status::Failed));
    if let Some(outcome) = first {
        let reason = outcome.error.as_ref().or(outcome.drift.first().map(|drift| &drift.reason));
        text.push_str(&format!("; {} {}", outcome.kind, outcome.title));
        if let Some(reason) = reason {
            text.push_str(&format!(": {reason}"));
        }
    } else if let Some(finding) = findings.first() {
        text.push_str(&format!("; {}: {}", finding.place, finding.message));
    }
    if let Some(source) = source.told_in_short() {
        text.push_str(&format!("; by {source}"));
    }
    writeln!(
        out,
        "STANDFAST {} - {} | in_sync={} drifted={};;0 failed={};;0 findings={};0",
        State::of(report).word(),
        text.replace('|', "¦"),
        count(Status::InSync) + count(Status::Corrected),
        count(Status::Drifted),
        count(Status::Failed),
        findings.len(),
    )
}
