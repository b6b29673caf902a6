//! The report for a person.

use std::io::{self, Write};

use standfast_providers::provider::{Detail, Effect};

use super::style::Style;
use crate::outcome::{Outcome, Report, Status};
use crate::policy::source::Source;

/// Writes the report.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    report: &Report,
    source: &Source,
    detail: Detail,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    if let Some(source) = source.told() {
        writeln!(out, "{}   {source}", style.faint("desired"))?;
    }
    for outcome in &report.outcomes {
        // A bound that holds for all but one group is in sync, and nobody should have to ask for that group.
        let has_exceptions = outcome.evidence.iter().any(|line| line.effect == Effect::Exception);
        if outcome.status != Status::InSync || detail == Detail::All || has_exceptions {
            write_outcome(outcome, detail, style, out)?;
        }
    }
    let findings = report.findings();
    for finding in &findings {
        writeln!(
            out,
            "{}  {}  {}",
            style.drift("finding "),
            style.strong(&finding.place.to_string()),
            finding.message
        )?;
        writeln!(out, "          {} {}", style.faint("do:"), finding.remedy)?;
    }
    write_reloads(report, style, out)?;
    write_summary(report, findings.len(), style, out)
}

fn write_reloads(report: &Report, style: Style, out: &mut impl Write) -> io::Result<()> {
    for reloaded in &report.reloaded {
        let (service, action) = (&reloaded.reload.service, reloaded.reload.action.word());
        match &reloaded.error {
            None => writeln!(out, "{}  {action} of {service}", style.good("done    "))?,
            Some(error) => writeln!(out, "{}  {action} of {service}: {error}", style.bad("failed  "))?,
        }
    }
    for reload in report.reloads() {
        let what = format!("{} {}", reload.action.word(), reload.service);
        let when = if report.waits(reload) { "then    " } else { "to do   " };
        writeln!(out, "{}  {}: {}", style.drift(when), style.strong(&what), reload.reason)?;
    }
    Ok(())
}

fn write_outcome(outcome: &Outcome, detail: Detail, style: Style, out: &mut impl Write) -> io::Result<()> {
    let word = match outcome.status {
        Status::InSync => style.good("in sync "),
        Status::Drifted => style.drift("drift   "),
        Status::Corrected => style.good("changed "),
        Status::Failed => style.bad("failed  "),
    };
    writeln!(out, "{word}  {}", style.strong(&format!("{} {}", outcome.kind, outcome.title)))?;
    for drift in &outcome.drift {
        let was = if outcome.status == Status::Corrected { "was" } else { "is" };
        writeln!(out, "          {}: {was} {}, should be {}", drift.property, drift.is, drift.should)?;
        writeln!(out, "          {}", drift.reason)?;
    }
    if let (Some(blocked), Status::Drifted) = (&outcome.blocked, outcome.status) {
        let said = outcome.drift.iter().any(|drift| drift.reason == *blocked);
        let why = if said { String::new() } else { format!(": {blocked}") };
        writeln!(out, "          {}{why}", style.bad("apply would not help"))?;
    }
    if let Some(error) = &outcome.error {
        writeln!(out, "          {error}")?;
    }
    let is_open = matches!(outcome.status, Status::Drifted | Status::Failed);
    for evidence in &outcome.evidence {
        let is_told = is_open && evidence.effect != Effect::Wins || evidence.effect == Effect::Exception;
        if detail == Detail::All || is_told {
            let word = format!("{:<10}", evidence.effect.word());
            writeln!(out, "          {} {}  {}", style.faint(&word), evidence.place, evidence.text)?;
            writeln!(out, "                     {}", evidence.reason)?;
        }
    }
    Ok(())
}

fn write_summary(report: &Report, findings: usize, style: Style, out: &mut impl Write) -> io::Result<()> {
    let count = |status, word: &str| match report.count(status) {
        0 => None,
        count => Some(format!("{count} {word}")),
    };
    let mut parts: Vec<String> = [
        count(Status::InSync, "in sync").map(|text| style.good(&text)),
        count(Status::Corrected, "changed").map(|text| style.good(&text)),
        count(Status::Drifted, "drifted").map(|text| style.drift(&text)),
        count(Status::Failed, "failed").map(|text| style.bad(&text)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if findings > 0 {
        parts
            .push(style.drift(&format!("{findings} {}", if findings == 1 { "finding" } else { "findings" })));
    }
    let total = report.outcomes.len();
    writeln!(out, "{total} {}: {}", if total == 1 { "resource" } else { "resources" }, parts.join(", "))
}
