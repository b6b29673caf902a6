//! An explanation of where messages go, for a person or a program.

use std::io::{self, Write};

use standfast_providers::provider::Effect;
use standfast_providers::rsyslog::explain::{Destination, Explanation, Group};

use super::style::Style;
use crate::cli::ExplainFormat;

/// Writes the explanation.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    explanation: &Explanation,
    format: ExplainFormat,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    if format == ExplainFormat::Json {
        return super::json::write_pretty(explanation, out);
    }
    let version = explanation.version.as_deref().map_or(String::new(), |version| format!(" {version}"));
    let role = match (explanation.pid, explanation.running) {
        (Some(pid), _) => format!("  runs as process {pid}"),
        (None, Some(_)) => "  does not run".to_owned(),
        (None, None) => String::new(),
    };
    writeln!(out, "{}{}", style.strong(&format!("rsyslog{version}")), style.faint(&role))?;
    for (index, file) in explanation.files.iter().enumerate() {
        writeln!(out, "  {:<8} {file}", if index == 0 { "reads" } else { "" })?;
    }
    if let Some(ended) = &explanation.ended {
        writeln!(out, "  {} {}: {}", style.bad("ends at "), ended.place, ended.message)?;
    }
    for group in &explanation.facilities {
        write_group(group, style, out)?;
    }
    if !explanation.unreached.is_empty() {
        writeln!(out, "\n{}", style.strong("nothing comes to"))?;
        for destination in &explanation.unreached {
            writeln!(out, "  {:<8} {}", destination.kind, destination.to)?;
            write_evidence(destination, style, out)?;
        }
    }
    if !explanation.findings.is_empty() {
        writeln!(out)?;
    }
    for finding in &explanation.findings {
        let place = style.strong(&finding.place.to_string());
        writeln!(out, "{}  {place}  {}", style.drift("finding"), finding.message)?;
        writeln!(out, "         {} {}", style.faint("do:"), finding.remedy)?;
    }
    Ok(())
}

fn write_group(group: &Group, style: Style, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{}", style.strong(&group.facilities.join(", ")))?;
    if group.destinations.is_empty() {
        return writeln!(out, "  {}", style.bad("go nowhere"));
    }
    for destination in &group.destinations {
        let open = if destination.depends { ", some of them" } else { "" };
        let which = format!("{}{open}", destination.severities);
        writeln!(out, "  {:<8} {}  {}", destination.kind, destination.to, style.faint(&which))?;
        write_evidence(destination, style, out)?;
    }
    Ok(())
}

fn write_evidence(destination: &Destination, style: Style, out: &mut impl Write) -> io::Result<()> {
    for evidence in &destination.evidence {
        let word = format!("{:<10}", evidence.effect.word());
        let word = if evidence.effect == Effect::Wins { style.good(&word) } else { style.faint(&word) };
        writeln!(out, "    {word} {}  {}", evidence.place, evidence.text)?;
        if evidence.effect != Effect::Wins {
            writeln!(out, "    {:10} {}", "", style.faint(evidence.reason.as_str()))?;
        }
    }
    Ok(())
}
