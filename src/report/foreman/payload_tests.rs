//! Outcomes in, bodies out.

use standfast_providers::edit::{FileEdit, Permissions, show_plain};
use standfast_providers::provider::Effect;

use std::path::PathBuf;

use super::*;

const AT: &str = "2026-11-27T12:08:46.123456Z";

fn place(file: &str, line: u32) -> Place {
    Place { file: file.into(), line }
}

fn drift(property: &'static str, is: &str) -> Drift {
    let (is, should, reason) = (Shown::text(is), Shown::text("4096"), Shown::text("/etc/a:1 decides"));
    Drift { property, is, should, reason, place: Some(place("/etc/a", 1)) }
}

fn outcome(title: &str, status: Status) -> Outcome {
    Outcome {
        kind: "limits_entry",
        title: Shown::text(title),
        status,
        drift: Vec::new(),
        blocked: None,
        error: None,
        reloads: Vec::new(),
        evidence: Vec::new(),
        files: Vec::new(),
        is_stale: false,
        findings: Vec::new(),
    }
}

fn drifted(title: &str) -> Outcome {
    Outcome { drift: vec![drift("value", "1024")], ..outcome(title, Status::Drifted) }
}

fn finding(code: &'static str, message: &str) -> Finding {
    Finding { place: place("/etc/b", 7), code, message: Shown::text(message), remedy: Shown::text("mend it") }
}

fn edit(path: &str, before: &str, after: &str) -> FileEdit {
    FileEdit {
        path: path.into(),
        before: Some(before.as_bytes().to_vec()),
        after: Some(after.as_bytes().to_vec()),
        new: Permissions::mode(0o644),
        permissions: None,
        show: show_plain,
        check: None,
    }
}

fn body(report: &Report) -> DriftReport {
    Body::of(report, Run { host: "web17", reported_at: AT, mode: "check", policy: "file" }).drift_report
}

#[test]
fn the_body_is_that_of_the_contract() {
    let mut one = drifted("thekiwi/-/nproc");
    one.evidence = vec![Evidence {
        place: place("/etc/security/limits.conf", 12),
        text: Shown::text("thekiwi soft nproc 1024"),
        effect: Effect::Wins,
        reason: Shown::text("it is last"),
    }];
    one.files = vec!["/etc/l".into()];
    let report = Report::of(vec![one], vec![edit("/etc/l", "a\n", "b\n")], Vec::new());
    let run = Run { host: "web17", reported_at: AT, mode: "apply", policy: "snapshot" };
    let is: serde_json::Value = serde_json::from_slice(&Body::of(&report, run).to_bytes()).unwrap();
    let should = serde_json::json!({"drift_report": {
        "schema": 1, "host": "web17", "reported_at": AT, "version": env!("CARGO_PKG_VERSION"),
        "mode": "apply", "policy": "snapshot",
        "checked": 1, "in_sync": 0, "drifted": 1, "corrected": 0, "failed": 0,
        "findings": [{
            "resource": "limits_entry[thekiwi/-/nproc]", "state": "drifted",
            "changes": [{"property": "value", "is": "1024", "should": "4096"}],
            "message": "/etc/a:1 decides",
            "evidence": [{
                "file": "/etc/security/limits.conf", "line": 12, "text": "thekiwi soft nproc 1024", "effect": "wins",
            }],
            "diff": "--- /etc/l\n+++ /etc/l\n@@ -1 +1 @@\n-a\n+b\n",
        }],
        "omitted": 0,
    }});
    assert_eq!(is, should);
}

#[test]
fn the_worst_comes_first_and_the_counts_are_of_all() {
    let mut all = vec![
        outcome("ok", Status::InSync),
        Outcome { drift: vec![drift("value", "1")], ..outcome("made", Status::Corrected) },
        drifted("b"),
        Outcome { error: Some(Shown::text("no user")), ..outcome("gone", Status::Failed) },
        drifted("a"),
    ];
    all[0].findings = vec![finding("inert-line", "does nothing")];
    let is = body(&Report::of(all, Vec::new(), Vec::new()));
    let order: Vec<_> = is.findings.iter().map(|told| (told.state, told.resource.as_str())).collect();
    assert_eq!(
        order,
        [
            (State::Failed, "limits_entry[gone]"),
            (State::Drifted, "limits_entry[b]"),
            (State::Drifted, "limits_entry[a]"),
            (State::Corrected, "limits_entry[made]"),
            (State::Finding, "inert-line[/etc/b:7]"),
        ]
    );
    assert_eq!((is.checked, is.in_sync, is.drifted, is.corrected, is.failed), (5, 1, 2, 1, 1));
    assert_eq!(is.findings[0].message, "no user");
    assert_eq!(is.findings[4].message, "does nothing; do: mend it");
}

#[test]
fn of_what_is_too_much_the_worst_is_told_and_the_rest_is_counted() {
    let mut all: Vec<Outcome> = (0..60).map(|number| drifted(&format!("u{number}/-/nproc"))).collect();
    all.push(Outcome { error: Some(Shown::text("x")), ..outcome("last", Status::Failed) });
    all[0].findings = vec![finding("a", "b")];
    let is = body(&Report::of(all, Vec::new(), Vec::new()));
    assert_eq!((is.findings.len(), is.omitted, is.drifted), (50, 12, 60));
    assert_eq!(is.findings[0].resource, "limits_entry[last]");
    assert_eq!(is.findings[49].resource, "limits_entry[u48/-/nproc]");
}

#[test]
fn a_body_is_at_most_64_kib_whatever_is_in_it() {
    // Quotes and backslashes are twice as long in JSON.
    for text in ["x", "\"", "\\", "ä", "€"] {
        let long = |length: usize| Shown::text(&text.repeat(length));
        for count in [1, 2, 50, 70] {
            let mut edits = Vec::new();
            let all = (0..count).map(|number| {
                let file = format!("/etc/{number}");
                edits.push(edit(&file, &format!("{}\n", text.repeat(300)).repeat(12), ""));
                let is = long(400);
                let one =
                    Drift { is: is.clone(), should: is.clone(), reason: long(400), ..drift("value", "") };
                let line = Evidence {
                    place: place(&format!("/{}", text.repeat(2000)), 1),
                    text: is,
                    effect: Effect::Wins,
                    reason: Shown::default(),
                };
                Outcome {
                    title: long(300),
                    drift: vec![one; 30],
                    evidence: vec![line; 30],
                    files: vec![file.into()],
                    ..outcome("", Status::Drifted)
                }
            });
            let report = Report::of(all.collect(), edits, Vec::new());
            let body = Body::of(&report, Run { host: "h", reported_at: AT, mode: "check", policy: "file" });
            let is = &body.drift_report;
            assert!(body.to_bytes().len() <= MOST_BYTES, "{text} {count}: {}", body.to_bytes().len());
            assert!(!is.findings.is_empty(), "the first is always told");
            assert_eq!(is.findings.len() + is.omitted, count, "{text} {count}");
            within_bounds(is);
        }
    }
}

/// All bounds of the contract.
fn within_bounds(report: &DriftReport) {
    let holds = |text: &str, most: usize| {
        assert!(
            text.len() <= most && !text.contains(char::is_control),
            "{} bytes of {most}: {text}",
            text.len()
        );
    };
    for told in &report.findings {
        assert!(!told.resource.is_empty());
        holds(&told.resource, 255);
        holds(&told.message, 1024);
        assert!(told.diff.len() <= 8192 && told.changes.len() <= 20 && told.evidence.len() <= 10);
        assert!(!told.diff.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')));
        for change in &told.changes {
            holds(&change.property, 64);
            holds(&change.should, 1024);
            holds(change.is.as_deref().unwrap_or_default(), 1024);
        }
        for line in &told.evidence {
            holds(&line.file, 1024);
            holds(&line.text, 1024);
            holds(&line.effect, 255);
        }
    }
}

#[test]
fn diffs_are_what_is_dropped_first_and_the_last_ones_before_the_first() {
    let line = "x".repeat(60);
    let mut edits = Vec::new();
    let all = (0..20).map(|number| {
        let file = format!("/etc/{number}");
        edits.push(edit(&file, &format!("{line}\n").repeat(100), ""));
        Outcome { files: vec![file.into()], ..drifted(&number.to_string()) }
    });
    let is = body(&Report::of(all.collect(), edits, Vec::new()));
    assert_eq!((is.findings.len(), is.omitted), (20, 0));
    let with: Vec<bool> = is.findings.iter().map(|told| !told.diff.is_empty()).collect();
    assert!(with[0] && !with[19] && with.is_sorted_by(|one, other| one >= other), "{with:?}");
}

#[test]
fn the_change_of_a_file_is_told_once_beside_the_first_that_wants_it() {
    let wants = |title: &str, files: &[&str]| Outcome {
        files: files.iter().map(PathBuf::from).collect(),
        ..drifted(title)
    };
    let all = vec![wants("a", &["/etc/x"]), wants("b", &["/etc/y", "/etc/x"]), wants("c", &["/etc/y"])];
    let edits = vec![edit("/etc/x", "1\n", "2\n"), edit("/etc/y", "3\n", "4\n")];
    let is = body(&Report::of(all, edits, Vec::new()));
    let diffs: Vec<&str> = is.findings.iter().map(|told| told.diff.as_str()).collect();
    assert!(diffs[0].contains("+2\n") && !diffs[0].contains("+4\n"));
    assert!(diffs[1].contains("+4\n") && !diffs[1].contains("+2\n"));
    assert_eq!(diffs[2], "");
}

#[test]
fn why_apply_would_not_help_is_told_unless_the_reason_says_it_already() {
    let told = |blocked: &str, status| {
        let one = Outcome { blocked: Some(Shown::text(blocked)), status, ..drifted("a") };
        body(&Report::of(vec![one], Vec::new(), Vec::new())).findings[0].message.clone()
    };
    assert_eq!(told("a later line", Status::Drifted), "/etc/a:1 decides; apply would not help: a later line");
    assert_eq!(told("/etc/a:1 decides", Status::Drifted), "/etc/a:1 decides; apply would not help");
    assert_eq!(told("a later line", Status::Corrected), "/etc/a:1 decides");
}

#[test]
fn two_runs_that_found_the_same_have_the_same_body_but_for_the_time() {
    let of = |pid: u32, bytes: u32, days: u32, at: &str| {
        let mut stale = drifted("main");
        stale.drift.push(Drift {
            is: Shown::owned(format!("process {pid} with older files")),
            reason: Shown::owned(format!(
                "/etc/ntp.conf has changed since process {pid} of ntpd was started"
            )),
            ..drift("ensure", "")
        });
        stale.drift.push(Drift {
            is: Shown::owned(format!("readvar: 12 bytes in, {bytes} bytes out in 1 packet, factor 34.3")),
            ..drift("probe", "")
        });
        stale.evidence = vec![Evidence {
            place: place(&format!("/proc/{pid}/cmdline"), 0),
            text: Shown::default(),
            effect: Effect::Wins,
            reason: Shown::default(),
        }];
        let error =
            format!("cannot create /etc/.standfast-{pid:016x}.tmp: process {pid} (standfast) has the lock");
        let failed = Outcome { error: Some(Shown::owned(error)), ..outcome("x", Status::Failed) };
        let mut report = Report::of(vec![stale, failed], Vec::new(), Vec::new());
        report.source_findings = vec![finding(
            "old-desired-state",
            &format!("is {days} days old, and Puppet should run every 30 min: it may want something else"),
        )];
        Body::of(&report, Run { host: "h", reported_at: at, mode: "check", policy: "file" })
    };
    let (one, other) = (of(12, 412, 3, AT), of(4711, 408, 4, "2026-11-28T12:08:46.000000Z"));
    assert_eq!(one.without_time(), other.without_time());
    assert_ne!(one.to_bytes(), other.to_bytes());
    let told = &one.drift_report.findings;
    assert_eq!(told[1].changes[1].is.as_deref(), Some("process N with older files"));
    assert_eq!(told[1].changes[2].is.as_deref(), Some("an answer to readvar"));
    assert!(told[2].message.starts_with("is old, and Puppet should run every 30 min"), "{}", told[2].message);
}

#[test]
fn what_stands_in_files_comes_out_without_control_characters() {
    let title = "a\u{1b}[2J\0\n\u{202e}b";
    let mut one = drifted(title);
    one.files = vec!["/etc/x\n".into()];
    let report = Report::of(vec![one], vec![edit("/etc/x\n", "a\0\u{1b}\r\n", "\u{9b}b\n")], Vec::new());
    let is = body(&report);
    within_bounds(&is);
    assert!(is.findings[0].diff.contains("-a"), "{}", is.findings[0].diff);
}
