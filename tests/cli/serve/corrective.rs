//! Who changed it: a corrective change, an intended one, and what is kept of a run.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::{Served, became, entry, limit};
use crate::temp_root::{DROP_IN, TempRoot};

const APPLIED: &str = "var/lib/standfast/applied.json";
const DESIRED: &str = "var/lib/standfast/desired.json";

/// A run with one entry of this value; gives what was observed, and applies it where that is wanted.
fn run(root: &TempRoot, resource: &Value, apply: bool) -> Value {
    let mut served = Served::agent(root);
    served.declare(json!([resource]));
    let reference = entry(resource["title"].as_str().unwrap());
    let said = served.one("observe", reference.clone());
    if apply && said["outcome"] == "drifted" {
        let applied = served.one("apply", reference);
        became(&applied, "corrected");
        assert_eq!(applied["corrective"], said["corrective"], "{applied}");
    }
    served.end();
    said
}

fn is_corrective(said: &Value) -> bool {
    became(said, "drifted");
    let each: Vec<bool> = said["drift"]
        .as_array()
        .unwrap()
        .iter()
        .map(|drift| drift["corrective"].as_bool().unwrap())
        .collect();
    let corrective = said["corrective"].as_bool().unwrap();
    assert_eq!(corrective, each.contains(&true), "{said}");
    corrective
}

#[test]
fn what_somebody_changed_by_hand_is_corrective_and_what_the_manifest_changed_is_not() {
    let root = TempRoot::new();
    let bob = |value| limit("bob/-/nproc", value);
    assert!(!is_corrective(&run(&root, &bob(5), true)), "it is new");
    became(&run(&root, &bob(5), true), "in_sync");
    for tampered in [&b":1002 - nproc 9 # bob\n"[..], b"", b":1002 soft nproc 5\n"] {
        root.write(DROP_IN, tampered);
        assert!(is_corrective(&run(&root, &bob(5), true)), "{tampered:?}");
    }
    assert!(!is_corrective(&run(&root, &bob(6), true)), "the manifest has another value");
    root.write(DROP_IN, b":1002 - nproc 9 # bob\n");
    assert!(!is_corrective(&run(&root, &bob(7), true)), "both have changed: it is meant");
}

#[test]
fn under_noop_the_old_value_stays_the_one_that_was_in_force() {
    let root = TempRoot::new();
    let noop = |value| {
        let mut noop = limit("bob/-/nproc", value);
        noop["noop"] = json!(true);
        noop
    };
    run(&root, &limit("bob/-/nproc", 5), true);
    assert!(!is_corrective(&run(&root, &noop(6), true_if_not_noop())));
    assert!(
        !is_corrective(&run(&root, &noop(6), true_if_not_noop())),
        "it is still meant, and still not done"
    );
    root.write(DROP_IN, b":1002 - nproc 9 # bob\n");
    assert!(is_corrective(&run(&root, &noop(5), true_if_not_noop())));
    assert!(is_corrective(&run(&root, &noop(5), true_if_not_noop())), "looking changes nothing");
}

/// Puppet does not ask for a change under noop.
fn true_if_not_noop() -> bool {
    false
}

#[test]
fn a_parameter_that_says_how_to_judge_is_part_of_what_is_meant() {
    let root = TempRoot::with_limits_conf("bob - nproc 3\n");
    let with = |bound: &str| {
        let mut entry = limit("bob/-/nproc", 5);
        entry["parameters"]["bound"] = json!(bound);
        entry
    };
    became(&run(&root, &with("at_most"), true), "in_sync");
    assert!(!is_corrective(&run(&root, &with("exact"), true)));
    root.write(DROP_IN, b"");
    assert!(is_corrective(&run(&root, &with("exact"), true)));
}

#[test]
fn what_is_kept_is_for_root_alone_and_what_others_may_have_written_is_not_believed() {
    let root = TempRoot::new();
    run(&root, &limit("bob/-/nproc", 5), true);
    for path in [APPLIED, DESIRED] {
        assert_eq!(fs::metadata(root.path(path)).unwrap().permissions().mode() & 0o777, 0o600, "{path}");
    }
    let snapshot: Value = serde_json::from_slice(&root.read(DESIRED)).unwrap();
    assert_eq!(
        snapshot["run"],
        json!({"by": "agent", "noop": false, "environment": "production", "catalog": "1795436883"})
    );
    for spoil in [
        (|path| fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap())
            as fn(std::path::PathBuf),
        |path| fs::write(path, "{\"standfast_applied\":1,\"resources\":[]}").unwrap(),
        |path| fs::write(path, "{\"standfast_applied\":2,\"resources\":{}}").unwrap(),
        |path| fs::write(path, b"\xff\0").unwrap(),
        |path| fs::remove_file(path).unwrap(),
    ] {
        run(&root, &limit("bob/-/nproc", 5), true);
        spoil(root.path(APPLIED));
        root.write(DROP_IN, b"");
        assert!(!is_corrective(&run(&root, &limit("bob/-/nproc", 5), true)));
        fs::set_permissions(root.path(APPLIED), fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn an_agent_forgets_what_its_catalog_lacks_and_a_manifest_that_is_applied_does_not() {
    let root = TempRoot::new();
    run(&root, &limit("bob/-/nproc", 5), true);
    let mut served = Served::run(&root, json!({"by": "apply"}));
    served.declare(json!([limit("alice/-/nproc", 5)]));
    became(&served.apply("alice/-/nproc"), "corrected");
    served.end();
    let kept = || -> Value { serde_json::from_slice(&root.read(APPLIED)).unwrap() };
    assert_eq!(kept()["resources"]["limits_entry"].as_object().unwrap().len(), 2);
    run(&root, &limit("bob/-/core", 5), true);
    let titles = kept()["resources"]["limits_entry"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(titles, ["bob/-/core"]);
}

#[test]
fn puppet_resource_leaves_nothing_that_a_later_run_would_take_for_desired() {
    let root = TempRoot::new();
    run(&root, &limit("bob/-/nproc", 5), true);
    let (applied, desired) = (root.read(APPLIED), root.read(DESIRED));
    let mut served = Served::run(&root, json!({"by": "resource"}));
    served.declare(json!([limit("bob/-/nproc", 6)]));
    became(&served.apply("bob/-/nproc"), "corrected");
    served.end();
    assert_eq!((root.read(APPLIED), root.read(DESIRED)), (applied, desired));
    assert!(is_corrective(&run(&root, &limit("bob/-/nproc", 5), true)), "it was done by hand");
}

#[test]
fn a_run_that_is_left_leaves_a_snapshot_only_if_all_of_it_was_looked_at() {
    let root = TempRoot::new();
    let mut served = Served::agent(&root);
    served.declare(json!([limit("bob/-/nproc", 5), limit("alice/-/nproc", 5)]));
    became(&served.apply("bob/-/nproc"), "corrected");
    served.leave();
    assert!(!root.path(DESIRED).exists(), "half a run is no desired state");
    assert!(String::from_utf8(root.read(APPLIED)).unwrap().contains("bob/-/nproc"));
    let mut served = Served::agent(&root);
    served.declare(json!([limit("bob/-/nproc", 5), limit("alice/-/nproc", 5)]));
    served.resources("observe", json!([entry("bob/-/nproc"), entry("alice/-/nproc")]));
    served.leave();
    assert!(root.path(DESIRED).exists());
}

#[test]
fn no_secret_is_in_any_answer_or_file_but_the_one_that_needs_it() {
    let root = TempRoot::new();
    root.write("etc/snmp/snmpd.conf", b"rocommunity s3cr3t-0ther 10.1.0.0/16\n");
    root.write("usr/sbin/snmpd", b"#!/bin/sh\n");
    let community =
        |parameters: Value| json!({"type": "snmp_community", "title": "nms", "parameters": parameters});
    let mut served = Served::agent(&root);
    let declared = community(json!({"community": "s3cr3t-comm-unity", "sources": ["10.0.0.1"]}));
    served.declare(json!([declared]));
    let reference = json!({"type": "snmp_community", "title": "nms"});
    served.one("observe", reference.clone());
    served.one("apply", reference.clone());
    for wrong in [
        json!({"community": {"s3cr3t": "s3cr3t"}, "sources": ["10.0.0.1"]}),
        json!({"community": ["s3cr3t"], "sources": ["10.0.0.1"]}),
        json!({"community": "s3cr3t\n", "sources": ["10.0.0.1"]}),
        json!({"community": "s3cr3t", "sources": "nowhere"}),
    ] {
        became(&served.one("observe", community(wrong)), "failed");
    }
    for line in [
        &br#"{"ask":"observe","resources":[{"type":"snmp_community","title":"nms","parameters":"s3cr3t"}]}"#
            [..],
        br#"{"ask":"observe","resources":[{"type":"snmp_community","title":"nms","noop":"s3cr3t"}]}"#,
        br#"{"ask":"observe","resources":["s3cr3t"]}"#,
        br#"{"ask":"observe","only":"s3cr3t","resources":[]}"#,
        br#""s3cr3t"#,
    ] {
        assert!(served.line(line)["error"].is_string());
    }
    served.list("snmp_community");
    served.one("observe", community(json!({"community": "s3cr3t-comm-unity", "sources": ["10.0.0.1"]})));
    let said = served.end();
    assert!(!said.contains("s3cr3t"), "{said}");
    for path in [APPLIED, DESIRED] {
        assert!(!String::from_utf8(root.read(path)).unwrap().contains("s3cr3t"), "{path}");
    }
    let snapshot: Value = serde_json::from_slice(&root.read(DESIRED)).unwrap();
    let digest = &snapshot["resources"][0]["parameters"]["community"]["fingerprint"];
    assert_eq!(digest.as_str().unwrap().len(), 64, "{snapshot}");
}
