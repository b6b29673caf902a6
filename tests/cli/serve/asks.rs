//! What is observed and applied: the host as it is at each ask, one of many, several in one write.

use std::fs;

use serde_json::json;

use super::{Served, became, entry, limit, settle};
use crate::temp_root::{DROP_IN, LIMITS_CONF, TempRoot};

#[test]
fn a_user_who_is_made_between_two_asks_is_known_at_the_second() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    served.declare(json!([limit("newbie/-/nproc", 5), limit("bob/-/nproc", 5)]));
    let said = served.observe("newbie/-/nproc");
    became(&said, "failed");
    assert!(said["error"].as_str().unwrap().contains("no user `newbie`"), "{said}");
    let mut passwd = root.read("etc/passwd");
    passwd.extend_from_slice(b"newbie:x:1700:1700::/home/newbie:/bin/sh\n");
    root.write("etc/passwd", &passwd);
    became(&served.observe("newbie/-/nproc"), "drifted");
    became(&served.apply("newbie/-/nproc"), "corrected");
    assert_eq!(root.read(DROP_IN), b":1700 - nproc 5 # newbie\n");
    served.end();
}

#[test]
fn whatever_changes_on_the_host_between_two_asks_is_seen() {
    let root = TempRoot::with_limits_conf("alice - nproc 7\n");
    let mut served = Served::agent(&root);
    served.declare(json!([limit("alice/-/nproc", 7), limit("bob/-/nproc", 5), limit("@kiwis/-/nproc", 9)]));
    served.resources("apply", json!([entry("bob/-/nproc"), entry("@kiwis/-/nproc")]));
    let all = json!([entry("alice/-/nproc"), entry("bob/-/nproc"), entry("@kiwis/-/nproc")]);
    let change_back: [(&str, &[u8]); 5] = [
        // As long as it was.
        (LIMITS_CONF, b"alice - nproc 8\n"),
        ("etc/security/limits.d/90.conf", b"alice - nproc 1\n"),
        ("etc/security/limits.d/zzz.conf", b":1002 - nproc 1\n"),
        ("etc/pam.d/login", b"# no module\n"),
        (DROP_IN, b""),
    ];
    for (path, bytes) in change_back {
        for wait in [true, false] {
            let before = fs::read(root.path(path)).ok();
            if wait {
                settle();
            }
            for _ in 0..3 {
                for said in served.resources("observe", all.clone()) {
                    became(&said, "in_sync");
                }
            }
            root.write(path, bytes);
            let said = served.resources("observe", all.clone());
            assert!(said.iter().any(|said| said["outcome"] != "in_sync"), "{path} {wait}");
            match before {
                Some(bytes) => root.write(path, &bytes),
                None => fs::remove_file(root.path(path)).unwrap(),
            }
        }
    }
    for said in served.resources("observe", all) {
        became(&said, "in_sync");
    }
    served.end();
}

#[test]
fn applying_one_of_many_leaves_the_others_alone() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    let all: Vec<_> = (0..50).map(|number| limit(&format!(":{}/-/nproc", 3000 + number), 5)).collect();
    served.declare(json!(all));
    for number in [7, 3, 49] {
        let title = format!(":{}/-/nproc", 3000 + number);
        became(&served.observe(&title), "drifted");
        became(&served.apply(&title), "corrected");
        became(&served.apply(&title), "in_sync");
    }
    assert_eq!(root.read(DROP_IN), b":3007 - nproc 5\n:3003 - nproc 5\n:3049 - nproc 5\n");
    became(&served.observe(":3000/-/nproc"), "drifted");
    served.leave();
}

#[test]
fn the_children_of_a_container_are_written_at_once() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    let child = |number: u32| {
        let mut child = limit(&format!(":{}/-/nproc", 3000 + number), 5);
        child["container"] = json!("Standfast_limits[main]");
        child
    };
    served.declare(json!((0..40).map(child).collect::<Vec<_>>()));
    let asked: Vec<_> = (0..40).rev().map(|number| entry(&format!(":{}/-/nproc", 3000 + number))).collect();
    root.write(DROP_IN, b"# by hand\n");
    let said = served.resources("apply", json!(asked));
    assert_eq!(said.len(), 40);
    for (said, asked) in said.iter().zip(&asked) {
        became(said, "corrected");
        assert_eq!(said["title"], asked["title"], "in the order of the ask");
    }
    let backups = fs::read_dir(root.path("var/lib/standfast/backups")).unwrap();
    assert_eq!(backups.count(), 1, "the file was replaced once");
    served.end();
}

#[test]
fn two_that_are_declared_for_the_same_entry_are_told_of_each_other() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    served.declare(json!([limit("bob/-/nproc", 5), limit(":1002/-/nproc", 6), limit("bob/-/core", 5)]));
    for (title, other) in [("bob/-/nproc", ":1002/-/nproc"), (":1002/-/nproc", "bob/-/nproc")] {
        for ask in ["observe", "apply"] {
            let said = served.one(ask, entry(title));
            became(&said, "failed");
            let words = format!("`{other}` is for the same entry");
            assert!(said["error"].as_str().unwrap().contains(&words), "{said}");
        }
    }
    became(&served.apply("bob/-/core"), "corrected");
    assert_eq!(root.read(DROP_IN), b":1002 - core 5 # bob\n");
    served.leave();
}

#[test]
fn twins_are_found_however_each_of_them_names_whom_it_is_for() {
    let root = TempRoot::new();
    let mut passwd = root.read("etc/passwd");
    passwd.extend_from_slice(b"bobby:x:1002:1002::/home/bob:/bin/sh\n");
    root.write("etc/passwd", &passwd);
    for (one, other) in [
        ("bob", ":1002"),
        (":1002", "bob"),
        (":01002", "bob"),
        ("bob", "bobby"),
        ("@kiwis", "@:1091"),
        ("1002:1002", "1002:1002"),
        ("*", "*"),
    ] {
        let mut served = Served::agent(&root);
        let others = (0..40).map(|number| limit(&format!(":{}/-/nproc", 3000 + number), 5));
        let mut all: Vec<_> = others.collect();
        let title = |domain: &str| format!("{domain}/-/nproc");
        let mut twin = limit("another title", 6);
        twin["parameters"]["domain"] = json!(other);
        twin["parameters"]["type"] = json!("-");
        twin["parameters"]["item"] = json!("nproc");
        all.extend([limit(&title(one), 5), twin]);
        served.declare(json!(all));
        for asked in [entry(&title(one)), entry("another title")] {
            let said = served.one("observe", asked);
            became(&said, "failed");
            assert!(said["error"].as_str().unwrap().contains("is for the same entry"), "{said}");
        }
        became(&served.observe(":3000/-/nproc"), "drifted");
        served.leave();
    }
}

#[test]
fn a_deferred_value_is_waited_for_and_comes_with_an_ask() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    let mut deferred = json!({"type": "limits_entry", "title": "bob/-/nproc", "deferred": ["value"]});
    served.declare(json!([deferred]));
    let said = served.observe("bob/-/nproc");
    became(&said, "failed");
    assert!(said["error"].as_str().unwrap().contains("before its deferred values are known"), "{said}");
    deferred = limit("bob/-/nproc", 5);
    became(&served.one("observe", deferred), "drifted");
    became(&served.apply("bob/-/nproc"), "corrected");
    assert_eq!(root.read(DROP_IN), b":1002 - nproc 5 # bob\n");
    served.end();
    let snapshot = root.read("var/lib/standfast/desired.json");
    let snapshot: serde_json::Value = serde_json::from_slice(&snapshot).unwrap();
    assert_eq!(snapshot["resources"][0]["parameters"], json!({"value": "5"}));
    assert_eq!(snapshot["resources"][0].get("deferred"), None);
}

#[test]
fn what_an_ask_brings_along_replaces_what_was_declared() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    served.declare(json!([limit("bob/-/nproc", 5)]));
    became(&served.apply("bob/-/nproc"), "corrected");
    became(&served.one("observe", limit("bob/-/nproc", 6)), "drifted");
    let mut noop = entry("bob/-/nproc");
    noop["noop"] = json!(true);
    became(&served.one("apply", noop.clone()), "drifted");
    assert_eq!(root.read(DROP_IN), b":1002 - nproc 5 # bob\n", "under noop nothing is written");
    noop["noop"] = json!(false);
    became(&served.one("apply", noop), "corrected");
    assert_eq!(root.read(DROP_IN), b":1002 - nproc 6 # bob\n");
    served.end();
}

#[test]
fn a_daemon_that_cannot_be_told_of_fails_its_own_resources_only() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    served.declare(json!([
        {"type": "rsyslog_forward", "title": "central", "parameters": {"target": "loghost.example.net"}},
        limit("bob/-/nproc", 5),
    ]));
    let said = served
        .resources("apply", json!([{"type": "rsyslog_forward", "title": "central"}, entry("bob/-/nproc")]));
    became(&said[0], "failed");
    assert!(said[0]["error"].as_str().unwrap().contains("rsyslog"), "{said:?}");
    became(&said[1], "corrected");
    assert_eq!(served.list("rsyslog_forward"), Vec::<serde_json::Value>::new());
    served.leave();
}

#[test]
fn a_state_directory_that_cannot_be_had_fails_what_differs_and_is_told_at_the_end() {
    let root = TempRoot::with_limits_conf("alice - nproc 5\n");
    root.write("var/lib/standfast", b"a file");
    let mut served = Served::agent(&root);
    served.declare(json!([limit("bob/-/nproc", 5), limit("alice/-/nproc", 5)]));
    let said = served.resources("apply", json!([entry("bob/-/nproc"), entry("alice/-/nproc")]));
    became(&said[0], "failed");
    assert!(said[0]["error"].as_str().unwrap().contains("/var/lib/standfast"), "{said:?}");
    became(&said[1], "in_sync");
    let ended = served.ask(json!({"ask": "end"}));
    let warning = ended["warning"].as_str().unwrap_or_else(|| panic!("{ended}"));
    assert!(warning.contains("cannot be noted") && warning.contains("/var/lib/standfast"), "{warning}");
    served.leave();
}

/// How often limits.conf is read in a run that looks at one of these entries after the other.
fn reads(root: &TempRoot, declared: usize, looks: usize) -> usize {
    let title = |number: usize| format!(":{}/-/nproc", 3000 + number);
    let all: Vec<_> = (0..declared).map(|number| limit(&title(number), 5)).collect();
    let mut lines = vec![
        json!({"ask": "hello", "protocol": 1, "run": {"by": "resource"}}).to_string(),
        json!({"ask": "declare", "resources": all}).to_string(),
    ];
    for number in 0..looks {
        let one = entry(&title(number % declared));
        lines.push(json!({"ask": "observe", "resources": [one]}).to_string());
    }
    let asks = root.beside("asks");
    fs::write(&asks, lines.join("\n")).unwrap();
    let below = root.path("");
    let log = crate::no_writes::trace(root, &["serve", "--root", below.to_str().unwrap()], Some(&asks));
    // With O_PATH nothing is read: the times are looked at.
    log.lines().filter(|line| line.contains("limits.conf\"") && !line.contains("O_PATH")).count()
}

#[test]
fn while_nothing_changes_the_files_are_read_twice_however_often_it_is_asked() {
    let root = TempRoot::new();
    root.write(LIMITS_CONF, b":3000 - nproc 5\n:3001 - nproc 6\n");
    settle();
    assert_eq!(reads(&root, 30, 1), 1);
    assert_eq!(reads(&root, 30, 2), 2, "the second time all are looked at");
    assert_eq!(reads(&root, 30, 200), 2);
}
