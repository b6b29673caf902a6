//! What lies in the spool, for a person or a program.

use std::io::{self, Write};

use super::{Status, Time, Waiting};
use crate::calendar::span;
use crate::cli::ExplainFormat;
use crate::report::json;
use crate::report::style::Style;
use standfast_providers::shown::Shown;

/// How many dead letters are told one by one.
const LETTERS: usize = 10;

/// Writes it; ages are told as of `now`.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    status: &Status,
    now: Time,
    format: ExplainFormat,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    if let ExplainFormat::Json = format {
        return json::write_pretty(status, out);
    }
    let ago = |at: Time| format!("{} ago", span(now.since(at).as_secs()));
    if status.waiting.is_empty() {
        writeln!(out, "{}    nothing", style.good("waiting"))?;
    }
    for waiting in &status.waiting {
        write_waiting(waiting, now, style, out)?;
    }
    if let Some(since) = status.unreachable_since {
        writeln!(
            out,
            "{}  no report has got through since {}, {}",
            style.bad("unreached"),
            since.to_the_second(),
            ago(since)
        )?;
    }
    match &status.delivered {
        Some(last) => writeln!(
            out,
            "{}  the report of {}, {}",
            style.good("delivered"),
            last.reported_at.to_the_second(),
            ago(last.at)
        )?,
        None => writeln!(out, "{}  none yet", style.drift("delivered"))?,
    }
    if let Some(until) = status.stock_until.filter(|until| *until > now) {
        writeln!(out, "receiver   counts as a Foreman without the plugin until {}", until.to_the_second())?;
    }
    write_dead(status, now, style, out)?;
    if let Some(last) = &status.last_dropped {
        let count = status.dropped;
        writeln!(out, "{}    {count} in all; last {}: {}", style.bad("dropped"), ago(last.at), last.reason)?;
    }
    Ok(())
}

fn write_waiting(waiting: &Waiting, now: Time, style: Style, out: &mut impl Write) -> io::Result<()> {
    let ago = |at: Time| format!("{} ago", span(now.since(at).as_secs()));
    let (host, at) = (Shown::text(&waiting.host), waiting.reported_at);
    let word = style.drift("waiting");
    writeln!(out, "{word}    the report of {host} of {}, {}", at.to_the_second(), ago(at))?;
    let (Some(first), Some(last)) = (waiting.first_try, waiting.last_try) else {
        return writeln!(out, "           not tried yet");
    };
    match waiting.attempts {
        1 => writeln!(out, "           tried once, {}", ago(last))?,
        times => writeln!(out, "           tried {times} times, first {}, last {}", ago(first), ago(last))?,
    }
    if let Some(reason) = &waiting.reason {
        writeln!(out, "           why not: {reason}")?;
    }
    match waiting.not_before {
        Some(next) if next > now => {
            let wait = span(next.since(now).as_secs());
            writeln!(out, "           again after {}, in {wait}", next.to_the_second())
        }
        _ => writeln!(out, "           again at the next occasion"),
    }
}

fn write_dead(status: &Status, now: Time, style: Style, out: &mut impl Write) -> io::Result<()> {
    for letter in status.dead.iter().take(LETTERS) {
        let (file, age) = (&letter.file, span(now.since(letter.at).as_secs()));
        let reason = letter.reason.as_deref().unwrap_or("no reason lies beside it");
        writeln!(out, "{}       {file}, given up {age} ago: {reason}", style.bad("dead"))?;
    }
    match status.dead.len().saturating_sub(LETTERS) {
        0 => Ok(()),
        more => writeln!(out, "{}       and {more} more", style.bad("dead")),
    }
}
