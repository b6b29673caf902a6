//! The drift report of schema 1, field by field. Stricter than a receiver must be: what a client sends has to pass here
//! as it is, in the order of the protocol and with every field.

use serde_json::Value;

use super::time::Instant;

/// The words of `findings[].state` in the order in which findings come.
const STATES: [&str; 4] = ["failed", "drifted", "corrected", "finding"];
/// The largest count.
const MOST: i64 = 1_000_000;
/// The largest number of a line.
const LINE: i64 = 2_147_483_647;

/// The first field that breaks the protocol, and how.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) field: String,
    pub(crate) message: String,
}

/// What the receiver needs of a report that is right.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Drift {
    pub(crate) host: String,
    pub(crate) reported_at: Instant,
    pub(crate) state: &'static str,
}

/// Which characters a text may have.
#[derive(Clone, Copy)]
enum Text {
    /// No control characters.
    Line,
    /// Newlines and tabs too.
    Lines,
}

type Checked<T> = Result<T, Refused>;

/// Checks a report that arrives now.
pub(crate) fn check(report: &Value, now: Instant) -> Checked<Drift> {
    if integer(report, "", "schema", LINE)? != 1 {
        return refuse("", "schema", "must be 1");
    }
    let host = text(report, "", "host", 1, 255, Text::Line)?;
    if !host.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c)) {
        return refuse("", "host", "must be lower case, of a-z, 0-9, dot, underscore and hyphen");
    }
    let reported_at = reported_at(report, now)?;
    text(report, "", "version", 1, 32, Text::Line)?;
    word(report, "", "mode", &["check", "apply"])?;
    word(report, "", "policy", &["file", "stdin", "snapshot", "catalog", "default"])?;
    let checked = integer(report, "", "checked", MOST)?;
    let mut counts = [0; 4];
    for (count, name) in counts.iter_mut().zip(["in_sync", "drifted", "corrected", "failed"]) {
        *count = integer(report, "", name, MOST)?;
    }
    if checked != counts.iter().sum::<i64>() {
        return refuse("", "checked", "must be the sum of in_sync, drifted, corrected and failed");
    }
    let mut reached = 0;
    for (index, found) in list(report, "", "findings", 50)?.iter().enumerate() {
        let at = format!("findings[{index}]");
        let state = finding(found, &at)?;
        if state < reached {
            return refuse(&at, "state", "comes after its place");
        }
        reached = state;
    }
    integer(report, "", "omitted", MOST)?;
    let [_, drifted, _, failed] = counts;
    let state = match (failed, drifted) {
        (0, 0) => "in_sync",
        (0, _) => "drifted",
        _ => "failed",
    };
    Ok(Drift { host: host.to_owned(), reported_at, state })
}

fn reported_at(report: &Value, now: Instant) -> Checked<Instant> {
    let text = text(report, "", "reported_at", 27, 27, Text::Line)?;
    let Some(time) = Instant::parse(text).filter(|time| time.in_iso() == text) else {
        return refuse("", "reported_at", "must be a time in UTC with six digits of fraction and Z");
    };
    if time > now.plus(24 * 3_600) {
        return refuse("", "reported_at", "must not be more than 24 hours ahead");
    }
    if time < now.plus(-30 * 24 * 3_600) {
        return refuse("", "reported_at", "must not be older than 30 days");
    }
    Ok(time)
}

/// Checks one finding, and gives the place of its state.
fn finding(finding: &Value, at: &str) -> Checked<usize> {
    text(finding, at, "resource", 1, 255, Text::Line)?;
    let state = word(finding, at, "state", &STATES)?;
    for (index, change) in list(finding, at, "changes", 20)?.iter().enumerate() {
        let at = format!("{at}.changes[{index}]");
        text(change, &at, "property", 1, 64, Text::Line)?;
        if change.get("is") != Some(&Value::Null) {
            text(change, &at, "is", 0, 1024, Text::Line)?;
        }
        text(change, &at, "should", 0, 1024, Text::Line)?;
    }
    text(finding, at, "message", 0, 1024, Text::Line)?;
    for (index, line) in list(finding, at, "evidence", 10)?.iter().enumerate() {
        let at = format!("{at}.evidence[{index}]");
        text(line, &at, "file", 1, 1024, Text::Line)?;
        if line.get("line") != Some(&Value::Null) {
            integer(line, &at, "line", LINE)?;
        }
        text(line, &at, "text", 0, 1024, Text::Line)?;
        text(line, &at, "effect", 0, 255, Text::Line)?;
    }
    text(finding, at, "diff", 0, 8192, Text::Lines)?;
    Ok(state)
}

/// A text of so many characters.
fn text<'a>(
    holder: &'a Value,
    at: &str,
    name: &str,
    least: usize,
    most: usize,
    form: Text,
) -> Checked<&'a str> {
    let Some(text) = holder.get(name).and_then(Value::as_str) else {
        return refuse(at, name, "must be a text");
    };
    if !(least..=most).contains(&text.chars().count()) {
        return refuse(at, name, &format!("must have {least} to {most} characters"));
    }
    let is_bad = |c: char| c.is_control() && !(matches!(form, Text::Lines) && matches!(c, '\n' | '\t'));
    match text.chars().any(is_bad) {
        true => refuse(at, name, "must not have control characters"),
        false => Ok(text),
    }
}

/// One of these words, as its index.
fn word(holder: &Value, at: &str, name: &str, words: &[&str]) -> Checked<usize> {
    let index =
        holder.get(name).and_then(Value::as_str).and_then(|text| words.iter().position(|word| *word == text));
    index.map_or_else(|| refuse(at, name, &format!("must be one of {}", words.join(", "))), Ok)
}

fn integer(holder: &Value, at: &str, name: &str, most: i64) -> Checked<i64> {
    let number = holder.get(name).and_then(Value::as_i64).filter(|number| (0..=most).contains(number));
    number.map_or_else(|| refuse(at, name, &format!("must be an integer from 0 to {most}")), Ok)
}

fn list<'a>(holder: &'a Value, at: &str, name: &str, most: usize) -> Checked<&'a [Value]> {
    match holder.get(name).and_then(Value::as_array) {
        Some(list) if list.len() <= most => Ok(list),
        Some(_) => refuse(at, name, &format!("must have at most {most} elements")),
        None => refuse(at, name, "must be an array"),
    }
}

fn refuse<T>(at: &str, name: &str, message: &str) -> Checked<T> {
    let field = if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    Err(Refused { field, message: message.to_owned() })
}
