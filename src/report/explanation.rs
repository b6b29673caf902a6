//! An explanation for a person or a program.

use std::io::{self, Write};

use standfast_providers::limits::explain::ItemExplanation;
use standfast_providers::provider::{Effect, Finding};

use super::style::Style;
use crate::cli::ExplainFormat;
use crate::explain::limits::Explained;

/// Writes the explanation.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    explained: &Explained,
    format: ExplainFormat,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    if format == ExplainFormat::Json {
        return super::json::write_pretty(explained, out);
    }
    let explanation = &explained.explanation;
    let title = format!("limits of {} (UID {}) at the next login", explanation.user, explanation.uid);
    writeln!(out, "{}", style.strong(&title))?;
    writeln!(out, "{}", style.faint(&explained.rules))?;
    match explained.services.as_slice() {
        [] => writeln!(out, "{}", style.bad("no PAM service loads pam_limits.so: no line is in force"))?,
        services => writeln!(out, "{}", style.faint(&format!("in sessions of {}", services.join(", "))))?,
    }
    // Most items have no line: a row each is enough for them.
    let (told, plain): (Vec<_>, Vec<_>) = explanation.items.iter().partition(|item| {
        !item.evidence.is_empty() || explanation.items.len() == 1 || explanation.ended_by.is_some()
    });
    for item in told {
        write_item(item, style, out)?;
    }
    if let Some(first) = plain.first() {
        let from = first.soft.from.trim_start_matches("no line; ");
        writeln!(out, "\n{} {}", style.strong("no line sets these"), style.faint(&format!("({from})")))?;
    }
    for item in plain {
        write_row(item, style, out)?;
    }
    if !explanation.findings.is_empty() {
        writeln!(out)?;
    }
    for finding in &explanation.findings {
        write_finding(finding, style, out)?;
    }
    if let Some(ceiling) = &explained.tasks_max {
        writeln!(out, "\n{} {ceiling}", style.strong("also bounds processes:"))?;
    }
    write_running(explained, style, out)
}

/// Writes one finding, and what to do about it.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn write_finding(finding: &Finding, style: Style, out: &mut impl Write) -> io::Result<()> {
    let place = style.strong(&finding.place.to_string());
    writeln!(out, "{}  {place}  {}", style.drift("finding"), finding.message)?;
    writeln!(out, "         {} {}", style.faint("do:"), finding.remedy)
}

fn write_item(item: &ItemExplanation, style: Style, out: &mut impl Write) -> io::Result<()> {
    let flag = item.ulimit.map_or_else(String::new, |flag| format!("ulimit {flag}"));
    let unit = item.unit.unwrap_or_default();
    writeln!(out, "\n{}  {}", style.strong(item.item), style.faint(format!("{flag}  {unit}").trim_end()))?;
    let mut part = |word: &str, part: &standfast_providers::limits::explain::PartExplanation| {
        writeln!(out, "  {word:<5} {:<12} {}", part.value, part.from)
    };
    match &item.hard {
        Some(hard) => {
            part("soft", &item.soft)?;
            part("hard", hard)?;
        }
        None => part("", &item.soft)?,
    }
    for evidence in &item.evidence {
        let word = match evidence.effect {
            Effect::Wins => style.good(&format!("{:<22}", evidence.reason)),
            effect => style.faint(&format!("{:<22}", effect.word())),
        };
        writeln!(out, "  {word} {}  {}", evidence.place, evidence.text)?;
        if evidence.effect != Effect::Wins {
            writeln!(out, "{:25}{}", "", evidence.reason)?;
        }
    }
    Ok(())
}

/// An item that no line sets, in one row.
fn write_row(item: &ItemExplanation, style: Style, out: &mut impl Write) -> io::Result<()> {
    let flag = item.ulimit.map_or_else(String::new, |flag| format!("ulimit {flag}"));
    let values = match &item.hard {
        Some(hard) => format!("soft {:<12} hard {:<12}", item.soft.value, hard.value),
        None => item.soft.value.clone(),
    };
    let unit = item.unit.unwrap_or_default();
    writeln!(out, "  {:<12} {flag:<10} {}", item.item, format!("{values} {}", style.faint(unit)).trim_end())
}

fn write_running(explained: &Explained, style: Style, out: &mut impl Write) -> io::Result<()> {
    let Some(count) = explained.processes else { return Ok(()) };
    let user = &explained.explanation.user;
    writeln!(out)?;
    if explained.running.is_empty() {
        let what = if count == 0 { "nothing runs" } else { "all processes have these limits" };
        return writeln!(out, "{} {user}: {what} ({count} processes)", style.strong("running as"));
    }
    let differing = explained.running.len();
    writeln!(
        out,
        "{} {user}: {differing} of {count} processes have other limits",
        style.strong("running as")
    )?;
    for running in &explained.running {
        let unit = running.unit.as_ref().map_or_else(String::new, |unit| format!(" in {unit}"));
        writeln!(out, "  PID {} {}{unit}: {}", running.pid, running.name, running.differs.join("; "))?;
        writeln!(out, "      {}", running.why)?;
    }
    Ok(())
}
