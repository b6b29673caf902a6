//! The stand-in against the table of what a real Foreman answers: each rule asked by a raw request.

mod answers;

use serde_json::{Value, json};

/// The address of configuration reports.
pub(crate) const CONFIG: &str = "/api/v2/config_reports";

/// The smallest report of a host.
pub(crate) fn report(host: &str, reported_at: &str) -> Value {
    json!({ "config_report": { "host": host, "reported_at": reported_at } })
}

/// A report with one field of another value.
pub(crate) fn report_with(field: &str, value: Value) -> Value {
    let mut report = report("h1.example.com", "2026-11-23T10:00:00Z");
    report["config_report"][field] = value;
    report
}

/// A line of a log.
pub(crate) fn line(level: &str, source: &str, message: &str) -> Value {
    json!({ "log": { "level": level, "sources": { "source": source }, "messages": { "message": message } } })
}
