//! What is only reported, and what snmpd is told.

use serde_json::json;

use super::root::{SECRET, SNMPD_CONF, access, check, debian, permit};

/// The codes of findings, each with its line.
fn findings(parameters: &serde_json::Value, snmpd_conf: &str) -> Vec<String> {
    let root = debian(snmpd_conf);
    permit(&root, SNMPD_CONF, 0o644, 0);
    let said = check(&root, &[access(parameters)]).ended(0);
    let tell =
        |finding: &serde_json::Value| format!("{} {}", finding["code"].as_str().unwrap(), finding["line"]);
    said.outcome()["findings"].as_array().unwrap().iter().map(tell).collect()
}

#[test]
fn what_is_not_forbidden_is_a_finding() {
    let report = json!({ "weak": "report", "write": "report", "any_source": "report", "modes": "report" });
    let conf = format!("rwcommunity public\nrocommunity {SECRET} 10.0.0.0/8\n");
    let found = findings(&report, &conf);
    for finding in ["file-mode 0", "weak-community 1", "write-community 1", "any-source 1"] {
        assert!(found.iter().any(|found| found == finding), "{finding} in {found:?}");
    }
    assert!(!found.iter().any(|found| found.ends_with(" 2")), "{found:?}");
}

#[test]
fn what_is_allowed_is_no_finding() {
    let allow = json!({ "write": "allow", "any_source": "allow", "modes": "report" });
    let found = findings(&allow, &format!("rwcommunity {SECRET}\n"));
    assert!(!found.iter().any(|found| found.starts_with("write-") || found.starts_with("any-")), "{found:?}");
}
