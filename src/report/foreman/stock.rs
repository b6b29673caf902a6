//! The same report for a Foreman without the plugin: a ConfigReport, in which drift is `pending`. Pure functions.
//!
//! Foreman keeps each text that it has not seen in tables that all hosts share, so the texts are short and stable; it
//! drops lines whose text is empty, and takes a report whose last source has the word Puppet for one of Puppet's.

use serde_json::{Value, json};

use super::clean;
use super::payload::{Body, DriftReport, State, Told};

/// Foreman stores each count in ten bits.
const MOST: usize = 1023;

/// The longest source and message, in bytes.
const SOURCE: usize = 255;
const MESSAGE: usize = 8192;

/// The body of `POST /api/v2/config_reports`.
#[must_use]
pub fn config_report(body: &Body) -> Vec<u8> {
    let report = &body.drift_report;
    let logs: Vec<Value> =
        report.findings.iter().flat_map(lines).chain(more(report)).chain([last(report)]).collect();
    let value = json!({"config_report": {
        "host": report.host,
        "reported_at": report.reported_at,
        "reporter": "standfast",
        "status": {
            "applied": report.corrected.min(MOST), "restarted": 0, "failed": report.failed.min(MOST),
            "failed_restarts": 0, "skipped": 0, "pending": report.drifted.min(MOST),
        },
        "metrics": {"resources": {
            "total": report.checked, "out_of_sync": report.drifted, "changed": report.corrected,
            "failed": report.failed, "skipped": 0,
        }},
        "logs": logs,
        "standfast": report,
    }});
    serde_json::to_vec(&value).unwrap_or_default()
}

/// One short line for each difference, and the diff of the files in the form that Foreman's viewer opens.
fn lines(told: &Told) -> Vec<Value> {
    let level = match told.state {
        State::Failed => "err",
        State::Finding => "warning",
        State::Drifted | State::Corrected => "notice",
    };
    let source = |property: &str| format!("/Standfast/{}{property}", capital(&told.resource));
    let mut lines: Vec<Value> = told
        .changes
        .iter()
        .filter(|_| matches!(told.state, State::Drifted | State::Corrected))
        .map(|change| {
            let is = change.is.as_deref().unwrap_or("nothing");
            let message = match told.state {
                State::Corrected => format!("'{is}' changed to '{}'", change.should),
                _ => format!("current_value '{is}', should be '{}' (drift)", change.should),
            };
            log(level, &source(&format!("/{}", change.property)), &message)
        })
        .collect();
    if lines.is_empty() {
        let message = if told.message.is_empty() { word(told.state) } else { &told.message };
        lines.push(log(level, &source(""), message));
    }
    lines.extend(
        files(&told.diff).into_iter().map(|(path, diff)| {
            log(level, &format!("/Standfast/File[{path}]/content"), &format!("\n{diff}"))
        }),
    );
    lines
}

fn word(state: State) -> &'static str {
    match state {
        State::Failed => "failed",
        State::Drifted => "drifted",
        State::Corrected => "corrected",
        State::Finding => "is wrong",
    }
}

/// That not all is told.
fn more(report: &DriftReport) -> Option<Value> {
    (report.omitted > 0).then(|| log("notice", "Standfast", "More findings omitted"))
}

/// The summary; its source decides whose report it is.
fn last(report: &DriftReport) -> Value {
    let mut parts = vec![format!("Checked {} resources", report.checked)];
    let counts = [(report.drifted, "drifted"), (report.corrected, "corrected"), (report.failed, "failed")];
    parts
        .extend(counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
    log("notice", "Standfast", &parts.join(", "))
}

fn log(level: &str, source: &str, message: &str) -> Value {
    let message =
        if message.starts_with('\n') { clean::diff(message, MESSAGE) } else { clean::line(message, MESSAGE) };
    json!({"log": {
        "level": level,
        "sources": {"source": clean::line(source, SOURCE)},
        "messages": {"message": message},
    }})
}

/// `limits_entry[x]` as Puppet's logs have it, `Limits_entry[x]`; a resource that is Puppet's own word stays ours.
fn capital(resource: &str) -> String {
    let mut letters = resource.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The diffs of single files, each with the path of its file.
fn files(diff: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut lines = diff.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let begins =
            line.strip_prefix("--- ").filter(|_| lines.peek().is_some_and(|next| next.starts_with("+++ ")));
        if let Some(old) = begins {
            let new = lines.peek().and_then(|next| next.strip_prefix("+++ ")).unwrap_or(old);
            let path = if old.trim_end() == "/dev/null" { new } else { old };
            files.push((path.trim_end().to_owned(), String::new()));
        }
        if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
        }
    }
    files
}

#[cfg(test)]
#[path = "stock_tests.rs"]
mod tests;
