//! What a stock Foreman gets.

use serde_json::Value;

use super::*;
use crate::report::foreman::payload::{Change, Line};

fn told(state: State, resource: &str) -> Told {
    Told {
        resource: resource.into(),
        state,
        changes: vec![Change { property: "value".into(), is: Some("1024".into()), should: "4096".into() }],
        message: "/etc/a:1 decides".into(),
        evidence: vec![Line {
            file: "/etc/a".into(),
            line: Some(1),
            text: String::new(),
            effect: "wins".into(),
        }],
        diff: String::new(),
    }
}

fn body(findings: Vec<Told>) -> Body {
    let count = |state| findings.iter().filter(|told| told.state == state).count();
    Body {
        drift_report: DriftReport {
            schema: 1,
            host: "web17".into(),
            reported_at: "2026-11-27T12:08:46.123456Z".into(),
            version: "0.1.0".into(),
            mode: "check".into(),
            policy: "file".into(),
            checked: 9,
            in_sync: 9 - count(State::Drifted) - count(State::Failed) - count(State::Corrected),
            drifted: count(State::Drifted),
            corrected: count(State::Corrected),
            failed: count(State::Failed),
            findings,
            omitted: 0,
        },
    }
}

fn sent(body: &Body) -> Value {
    serde_json::from_slice::<Value>(&config_report(body)).unwrap()["config_report"].clone()
}

/// Level, source and message of each line.
fn lines(report: &Value) -> Vec<(&str, &str, &str)> {
    let text = |value: &Value| value.as_str().unwrap().len();
    let logs = report["logs"].as_array().unwrap();
    let lines = logs.iter().map(|log| &log["log"]);
    lines
        .map(|log| {
            assert!(text(&log["sources"]["source"]) > 0 && text(&log["messages"]["message"]) > 0);
            let get = |value: &'static str, inner: &'static str| log[value][inner].as_str().unwrap();
            (log["level"].as_str().unwrap(), get("sources", "source"), get("messages", "message"))
        })
        .collect()
}

#[test]
fn drift_is_pending_what_failed_is_failed_and_what_was_corrected_is_applied() {
    let body = body(vec![
        told(State::Failed, "limits_entry[gone]"),
        told(State::Drifted, "limits_entry[a/-/nproc]"),
        told(State::Corrected, "ntp_monlist[main]"),
        told(State::Finding, "inert-line[/etc/b:7]"),
    ]);
    let report = sent(&body);
    assert_eq!(
        report["status"],
        json!({"applied": 1, "restarted": 0, "failed": 1, "failed_restarts": 0, "skipped": 0, "pending": 1})
    );
    assert_eq!(
        lines(&report),
        [
            ("err", "/Standfast/Limits_entry[gone]", "/etc/a:1 decides"),
            (
                "notice",
                "/Standfast/Limits_entry[a/-/nproc]/value",
                "current_value '1024', should be '4096' (drift)"
            ),
            ("notice", "/Standfast/Ntp_monlist[main]/value", "'1024' changed to '4096'"),
            ("warning", "/Standfast/Inert-line[/etc/b:7]", "/etc/a:1 decides"),
            ("notice", "Standfast", "Checked 9 resources, 1 drifted, 1 corrected, 1 failed"),
        ]
    );
    assert_eq!(report["reporter"], "standfast");
    assert_eq!(
        report["standfast"],
        serde_json::to_value(&body.drift_report).unwrap(),
        "for the plugin's scanner"
    );
}

#[test]
fn foremans_viewer_opens_the_diff_of_each_file() {
    let mut one = told(State::Drifted, "limits_entry[a]");
    one.diff = "--- /dev/null\n+++ /etc/security/limits.d/zz.conf\n@@ -0,0 +1 @@\n+x\n--- /etc/b\n+++ /dev/null\n@@ -1 +0,0 @@\n-y\n".into();
    let report = sent(&body(vec![one]));
    let lines = lines(&report);
    assert_eq!(
        lines[1..3],
        [
            (
                "notice",
                "/Standfast/File[/etc/security/limits.d/zz.conf]/content",
                "\n--- /dev/null\n+++ /etc/security/limits.d/zz.conf\n@@ -0,0 +1 @@\n+x\n"
            ),
            ("notice", "/Standfast/File[/etc/b]/content", "\n--- /etc/b\n+++ /dev/null\n@@ -1 +0,0 @@\n-y\n"),
        ]
    );
}

#[test]
fn the_last_line_decides_that_it_is_no_report_of_puppet() {
    for findings in [vec![], vec![told(State::Drifted, "limits_entry[Puppet/-/nproc]")]] {
        let report = sent(&body(findings));
        let last = lines(&report).last().unwrap().1;
        assert_eq!(last, "Standfast");
    }
}

#[test]
fn counts_stay_within_ten_bits_and_what_is_left_out_is_told() {
    let mut body = body(vec![]);
    body.drift_report.drifted = 5000;
    body.drift_report.omitted = 4950;
    let report = sent(&body);
    assert_eq!(report["status"]["pending"], 1023);
    assert_eq!(lines(&report)[0], ("notice", "Standfast", "More findings omitted"));
}

#[test]
fn no_line_is_empty_for_foreman_would_drop_it() {
    let empty =
        Told { changes: Vec::new(), message: String::new(), ..told(State::Failed, "limits_entry[a]") };
    assert_eq!(lines(&sent(&body(vec![empty])))[0].2, "failed");
}
