//! The stand-in against the table of what a real Foreman answers: each rule asked by a raw request.

mod access;
mod answers;
mod certificates;
mod drift_fields;
mod drift_reports;
mod misbehaviours;
mod order;
mod packing;
mod proxy;

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::standin::pki::Authority;

/// The address of configuration reports.
pub(crate) const CONFIG: &str = "/api/v2/config_reports";
/// The address of drift reports.
pub(crate) const DRIFT: &str = "/api/v2/standfast/drift_reports";

/// The authority of the tests, made once.
pub(crate) fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    AUTHORITY.get_or_init(|| Authority::new("Puppet CA: puppet.example.com"))
}

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

/// A drift report of a host with everything that the protocol knows, so many seconds from now.
pub(crate) fn drift_report(host: &str, seconds: i64) -> Value {
    let reported_at = crate::standin::time::Instant::now().plus(seconds).in_iso();
    json!({ "drift_report": {
        "schema": 1, "host": host, "reported_at": reported_at, "version": "0.1.0", "mode": "check", "policy": "snapshot",
        "checked": 31, "in_sync": 28, "drifted": 2, "corrected": 0, "failed": 1,
        "findings": [
            { "resource": "ntp_monlist[main]", "state": "failed", "changes": [], "message": "no daemon", "evidence": [],
              "diff": "" },
            { "resource": "limits_entry[1013/soft/nproc]", "state": "drifted",
              "changes": [{ "property": "value", "is": "1024", "should": "4096" },
                          { "property": "ensure", "is": null, "should": "present" }],
              "message": "",
              "evidence": [{ "file": "/etc/security/limits.conf", "line": 12, "text": "1013 soft nproc 1024",
                             "effect": "wins" },
                           { "file": "/etc/security/limits.d", "line": null, "text": "", "effect": "" }],
              "diff": "--- actual\n+++ desired\n@@ -3 +3 @@\n-1013 soft\tnproc 1024\n+1013 soft nproc 4096\n" }
        ],
        "omitted": 0
    } })
}
