//! A comparison of logs for a person or a program.

use std::io::{self, Write};

use similar::{ChangeTag, TextDiff};

use super::style::Style;
use crate::cli::ExplainFormat;
use crate::logs::{Comparison, Difference, Kind, Place, Program, SideTold, Verdict};

/// Writes the comparison, with so many differences at most.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    comparison: &Comparison,
    format: ExplainFormat,
    limit: usize,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let shown = &comparison.differences[..limit.min(comparison.differences.len())];
    if format == ExplainFormat::Json {
        return write_json(comparison, shown, out);
    }
    for difference in shown {
        write_difference(difference, style, out)?;
    }
    let total = comparison.edited + comparison.deleted + comparison.lost;
    let more = total - shown.len() as u64;
    if more > 0 {
        writeln!(out, "{}", style.faint(&format!("… and {more} more")))?;
        write_programs(Kind::Deleted, &comparison.deleted_by_program, style, out)?;
        write_programs(Kind::Lost, &comparison.lost_by_program, style, out)?;
    }
    for (name, side) in [("local", &comparison.local), ("central", &comparison.central)] {
        write_left_out(name, side, style, out)?;
    }
    for note in &comparison.notes {
        writeln!(out, "{}  {note}", style.drift("note    "))?;
    }
    write_summary(comparison, style, out)
}

fn write_json(comparison: &Comparison, shown: &[Difference], out: &mut impl Write) -> io::Result<()> {
    let mut value = serde_json::to_value(comparison)?;
    value["differences"] = serde_json::to_value(shown)?;
    super::json::write_pretty(&value, out)
}

fn write_difference(difference: &Difference, style: Style, out: &mut impl Write) -> io::Result<()> {
    let words = style.bad(difference.kind.words());
    writeln!(out, "{words}  {}  {}", style.strong(&difference.time), difference.program)?;
    let (central, local) = (difference.central.as_ref(), difference.local.as_ref());
    let (was, is) = match central.zip(local) {
        Some((central, local)) => marked(central, local, style),
        None => {
            let text = |place: Option<&Place>| place.map_or_else(String::new, |place| place.text.to_string());
            (style.bad(&text(central)), style.good(&text(local)))
        }
    };
    // As in a diff from what was sent to what is there.
    for (name, place, sign, text) in [("central", central, "-", was), ("local", local, "+", is)] {
        if let Some(place) = place {
            writeln!(out, "    {}", style.faint(&format!("{name} {}:{}", place.file, place.line)))?;
            writeln!(out, "  {sign} {text}")?;
        }
    }
    Ok(())
}

/// Both texts; with colour, only what differs has one.
fn marked(central: &Place, local: &Place, style: Style) -> (String, String) {
    let diff = TextDiff::from_words(central.text.as_str(), local.text.as_str());
    let (mut was, mut is) = (String::new(), String::new());
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                was.push_str(change.value());
                is.push_str(change.value());
            }
            ChangeTag::Delete => was.push_str(&style.bad(change.value())),
            ChangeTag::Insert => is.push_str(&style.good(change.value())),
        }
    }
    (was, is)
}

fn write_programs(kind: Kind, programs: &[Program], style: Style, out: &mut impl Write) -> io::Result<()> {
    if programs.is_empty() {
        return Ok(());
    }
    let name = |program: &Program| match program.program.as_str() {
        "" => format!("without a name {}", program.count),
        name => format!("{name} {}", program.count),
    };
    let names: Vec<String> = programs.iter().map(name).collect();
    writeln!(out, "  {} {}", style.faint(&format!("{}:", kind.words())), names.join(", "))
}

fn write_left_out(name: &str, side: &SideTold, style: Style, out: &mut impl Write) -> io::Result<()> {
    let parts: Vec<String> = [
        (side.outside.before, "before"),
        (side.outside.after, "after"),
        (side.excluded, "of programs that do not count"),
        (side.other_hosts, "of other hosts"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{count} {words}"))
    .collect();
    if parts.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}  {name}: {}", style.faint("left out"), parts.join(", "))
}

fn write_summary(comparison: &Comparison, style: Style, out: &mut impl Write) -> io::Result<()> {
    let hosts: Vec<&str> = comparison.hosts.iter().map(|host| host.as_str()).collect();
    let matched = format!("{} messages on both sides", comparison.matched);
    let mut parts = vec![match comparison.verdict {
        Verdict::Same => style.good(&format!("the same: {matched}")),
        Verdict::Different => matched,
    }];
    for (count, words) in [
        (comparison.edited, Kind::Edited.words()),
        (comparison.deleted, Kind::Deleted.words()),
        (comparison.lost, Kind::Lost.words()),
    ] {
        if count > 0 {
            parts.push(style.bad(&format!("{count} {words}")));
        }
    }
    if comparison.duplicates > 0 {
        parts.push(style.faint(&format!("{} second copies", comparison.duplicates)));
    }
    let time = format!("from {} to {}", comparison.start, comparison.end);
    writeln!(out, "{} {time}: {}", style.strong(&hosts.join(", ")), parts.join("; "))
}
