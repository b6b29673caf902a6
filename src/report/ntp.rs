//! An explanation of what daemons of time answer, for a person or a program.

use std::io::{self, Write};

use standfast_providers::ntp::explain::{AskedExplanation, DaemonExplanation, INTERNET, NtpExplanation};
use standfast_providers::ntp::reading::Role;
use standfast_providers::ntp::semantics::{Answers, Port};

use super::explanation::write_finding;
use super::style::Style;
use crate::cli::ExplainFormat;

/// Writes the explanation.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    explanation: &NtpExplanation,
    format: ExplainFormat,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    if format == ExplainFormat::Json {
        return super::json::write_pretty(explanation, out);
    }
    if explanation.daemons.is_empty() {
        writeln!(out, "no daemon of time is installed")?;
    }
    for (index, daemon) in explanation.daemons.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_daemon(daemon, style, out)?;
    }
    if !explanation.findings.is_empty() {
        writeln!(out)?;
    }
    for finding in &explanation.findings {
        write_finding(finding, style, out)?;
    }
    Ok(())
}

fn write_daemon(daemon: &DaemonExplanation, style: Style, out: &mut impl Write) -> io::Result<()> {
    let role = match (daemon.role, daemon.pid) {
        (Role::Running, Some(pid)) => format!("runs as process {pid}"),
        (Role::Running, None) => "runs".to_owned(),
        (Role::Next, _) => "as the next start reads it".to_owned(),
        (Role::Source, _) => "once the DHCP client has copied it".to_owned(),
    };
    writeln!(out, "{}  {}", style.strong(&daemon.title), style.faint(&role))?;
    for (index, file) in daemon.files.iter().enumerate() {
        writeln!(out, "  {:<10} {file}", if index == 0 { "reads" } else { "" })?;
    }
    if let Some(monitors) = &daemon.monitors {
        let what = if monitors.on { "keeps the list of its clients" } else { "keeps no list of its clients" };
        writeln!(out, "  {:<10} {what}: {}", "monitors", monitors.why)?;
    }
    if let Some(why) = &daemon.impossible {
        return writeln!(
            out,
            "  {} nobody outside can ask it: {why}",
            style.good(&format!("{:<10}", "closed"))
        );
    }
    daemon.asked.iter().try_for_each(|asked| write_asked(asked, style, out))
}

fn write_asked(asked: &AskedExplanation, style: Style, out: &mut impl Write) -> io::Result<()> {
    let from = asked.from.to_string();
    let internet = if INTERNET.contains(&from.as_str()) { " (anyone on the internet)" } else { "" };
    let port = match asked.port {
        Some(Port::Ntp) => ", port 123",
        Some(Port::Other) => ", other ports",
        None => "",
    };
    let answers = words(asked.answers);
    let answers = if asked.answers.is_query() { style.bad(&answers) } else { style.good(&answers) };
    writeln!(out, "  {:<10} {}{internet}{port}: {answers}", "from", style.strong(&from))?;
    if let (Some(place), Some(text)) = (&asked.decides, &asked.text) {
        writeln!(out, "  {:<10} {place}  {text}", "decides")?;
    }
    writeln!(out, "  {:<10} {}", "", style.faint(&asked.reason))
}

fn words(answers: Answers) -> String {
    let words = [
        (answers.monlist, "mode 7 with monlist"),
        (answers.mode7 && !answers.monlist, "mode 7"),
        (answers.mrulist, "mode 6 with mrulist"),
        (answers.mode6 && !answers.mrulist, "mode 6"),
        (answers.command, "commands"),
        (answers.time, "the time"),
    ];
    let words: Vec<&str> = words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}
