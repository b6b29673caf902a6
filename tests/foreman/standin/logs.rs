//! The lines of a ConfigReport, stored one by one and in no transaction.

use serde_json::Value;

use super::Shared;
use super::config_reports::Fault;
use super::store::Line;

/// The levels; a line stores the index of its own.
pub(crate) const LEVELS: [&str; 8] = ["debug", "info", "notice", "warning", "err", "alert", "emerg", "crit"];

/// Stores the lines for a report that is there; what comes before a bad one stays.
pub(crate) fn import(shared: &Shared, report: usize, logs: &Value) -> Result<(), Fault> {
    if logs.is_null() {
        return Ok(());
    }
    for log in logs.as_array().ok_or(Fault::Generic)? {
        std::thread::sleep(shared.settings().per_line);
        if let Some(line) = line(shared, &log["log"])? {
            let mut store = shared.store();
            let report = store.reports.iter_mut().find(|stored| stored.id == report);
            report.expect("the report was stored before its lines").logs.push(line);
        }
    }
    Ok(())
}

/// One line; `None` where it is dropped without a word.
fn line(shared: &Shared, log: &Value) -> Result<Option<Line>, Fault> {
    let message = text(&log["messages"], "message")?;
    let source = text(&log["sources"], "source")?;
    let level = log["level"].as_str().ok_or(Fault::Generic)?;
    let mut store = shared.store();
    store.messages.insert(message.clone());
    store.sources.insert(source.clone());
    let Some(level) = LEVELS.iter().position(|name| *name == level) else {
        return Err(Fault::Argument(format!("'{level}' is not a valid level")));
    };
    Ok((!message.is_empty() && !source.is_empty()).then_some(Line { level, source, message }))
}

fn text(holder: &Value, key: &str) -> Result<String, Fault> {
    let text = holder.get(key).and_then(Value::as_str).ok_or(Fault::Generic)?;
    if text.contains('\0') {
        return Err(Fault::Argument("string contains null byte".to_owned()));
    }
    Ok(text.to_owned())
}
