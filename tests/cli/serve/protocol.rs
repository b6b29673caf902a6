//! Lines that are no asks, and lines in the wrong order: an error each, and the process goes on.

use serde_json::json;

use super::{Served, became, entry, limit};
use crate::temp_root::TempRoot;

#[test]
fn a_run_says_hello_declares_observes_applies_and_ends() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    served.declare(json!([limit("bob/-/nproc", 5), limit("alice/-/nproc", 6)]));
    let said = served.observe("bob/-/nproc");
    became(&said, "drifted");
    assert_eq!(said["drift"][0]["property"], "ensure");
    assert_eq!(said["drift"][1]["should"], "hard 5", "soft and hard are told each");
    assert_eq!((&said["stale"], &said["reloads"]), (&json!(false), &json!([])));
    became(&served.apply("bob/-/nproc"), "corrected");
    became(&served.observe("bob/-/nproc"), "in_sync");
    assert_eq!(root.read(crate::temp_root::DROP_IN), b":1002 - nproc 5 # bob\n");
    let drifted = json!({"ask": "observe", "only": "drifted",
        "resources": [entry("bob/-/nproc"), entry("alice/-/nproc")]});
    let drifted = served.ask(drifted);
    assert_eq!(drifted["resources"].as_array().unwrap().len(), 1);
    assert_eq!(drifted["resources"][0]["title"], "alice/-/nproc");
    served.end();
}

#[test]
fn what_is_no_ask_is_an_error_in_one_line_and_the_next_line_is_answered() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    for (line, words) in [
        (&b""[..], "cannot read the line"),
        (b"nonsense", "cannot read the line"),
        (b"[]", "cannot read the line"),
        (b"{\"ask\":\"observe\"", "cannot read the line"),
        (b"{\"ask\":\"obse\xffrve\"}", "cannot read the line"),
        (b"\x00\x1b[2J", "cannot read the line"),
        (b"{}", "missing field `ask`"),
        (
            b"{\"ask\":\"reboot\"}",
            "unknown ask `reboot`; known are hello, declare, observe, apply, list, end",
        ),
        (b"{\"ask\":\"observe\"}", "observe needs `resources`"),
        (b"{\"ask\":\"list\"}", "list needs `type`"),
        (b"{\"ask\":\"list\",\"type\":\"frob\\u001b\"}", "unknown kind `frob\\x1b`"),
        (b"{\"ask\":\"observe\",\"resources\":[{\"title\":\"x\"}]}", "missing field `type`"),
        (b"{\"ask\":\"observe\",\"resources\":[],\"only\":\"some\"}", "unknown variant"),
        (b"{\"ask\":\"end\",\"colour\":1}", "unknown field `colour`"),
    ] {
        let answer = served.line(line);
        let error = answer["error"].as_str().unwrap_or_else(|| panic!("{answer}"));
        assert!(error.contains(words), "{words:?} in {error:?}");
        assert_eq!(answer.as_object().unwrap().len(), 1);
    }
    served.declare(json!([limit("bob/-/nproc", 5)]));
    became(&served.observe("bob/-/nproc"), "drifted");
    served.leave();
}

#[test]
fn the_first_ask_is_hello_in_a_protocol_that_is_spoken() {
    let root = TempRoot::new();
    let mut served = Served::silent(&root);
    for (ask, words) in [
        (json!({"ask": "end"}), "the first ask of a run must be hello"),
        (json!({"ask": "hello"}), "hello needs `protocol`"),
        (json!({"ask": "hello", "protocol": 2}), "protocol 2 is not known; standfast "),
        (json!({"ask": "observe", "resources": []}), "the first ask of a run must be hello"),
    ] {
        let answer = served.ask(ask);
        assert!(answer["error"].as_str().unwrap().contains(words), "{answer}");
    }
    assert_eq!(served.ask(json!({"ask": "hello", "protocol": 1}))["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(served.ask(json!({"ask": "end"})), json!({"stale": []}));
    let after = served.ask(json!({"ask": "end"}));
    assert!(after["error"].as_str().unwrap().contains("hello"), "a run ends with it: {after}");
    served.leave();
    assert!(!root.path("var").exists(), "a run that declares nothing leaves nothing");
}

#[test]
fn a_line_that_is_too_long_is_refused_and_takes_no_memory() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    let mut line = br#"{"ask":"observe","resources":[{"type":"limits_entry","title":""#.to_vec();
    line.resize(70 << 20, b'x');
    let answer = served.line(&line);
    assert_eq!(answer["error"], "the line is longer than 64 MiB");
    let status = std::fs::read_to_string(format!("/proc/{}/status", served.program.child.id())).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib: u64 = resident.trim().trim_end_matches(" kB").trim().parse().unwrap();
    assert!(kib < 40_000, "{kib} KiB are kept after the line");
    served.end();
}

#[test]
fn resources_that_their_kinds_refuse_are_named_and_the_others_are_taken() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    let of = |parameters| json!({"type": "limits_entry", "title": "bob/-/core", "parameters": parameters});
    let answer = served.ask(json!({"ask": "declare", "resources": [
        limit("bob/-/nproc", 5),
        {"type": "frob", "title": "x"},
        {"type": "limits_entry", "title": "bob"},
        of(json!({"value": "5k"})),
        {"type": "limits_entry", "title": "bob/-/as", "parameters": {"value": 1.5}},
        {"type": "limits_entry", "title": "bob/-/cpu", "parameters": {"value": {"a": [1]}}},
        {"type": "limits_entry", "title": "bob/-/data", "parameters": {"value": 1, "valeu": 2}},
        {"type": "limits_entry", "title": "bob/-/fsize", "parameters": {"value": 7, "bound": null}},
    ]}));
    let refused = answer["refused"].as_array().unwrap();
    let words = [
        ("x", "unknown kind `frob`"),
        ("bob", "not of the form DOMAIN/TYPE/ITEM"),
        ("bob/-/core", "pam_limits would read it as 5"),
        ("bob/-/as", "`value` cannot be a number with a fraction"),
        ("bob/-/cpu", "`value` cannot be an object"),
        ("bob/-/data", "has no attribute `valeu`"),
    ];
    assert_eq!(refused.len(), words.len(), "{answer}");
    for (refused, (title, words)) in refused.iter().zip(words) {
        assert_eq!(refused["title"], title);
        assert!(refused["error"].as_str().unwrap().contains(words), "{refused}");
    }
    let said = served.observe("bob/-/core");
    became(&said, "failed");
    assert!(said["error"].as_str().unwrap().contains("pam_limits would read it as 5"), "{said}");
    became(&served.observe("bob/-/nproc"), "drifted");
    became(&served.observe("bob/-/fsize"), "drifted");
    let said = served.observe("never/-/nproc");
    assert!(said["error"].as_str().unwrap().contains("was not declared"), "{said}");
    served.leave();
}

#[test]
fn who_asks_and_does_not_read_ends_it_without_a_word() {
    let root = TempRoot::new();
    let mut command = root.command(&["serve"], &[]);
    use std::process::Stdio;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = crate::bounded::start(&mut command);
    drop(program.child.stdout.take());
    let mut input = program.child.stdin.take().unwrap();
    for _ in 0..3 {
        // The process may be gone by now.
        let _ = std::io::Write::write_all(&mut input, b"{\"ask\":\"hello\",\"protocol\":1}\n");
    }
    let output = program.output();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}
