//! What a snapshot comes to: secrets are told by their fingerprints, and what Puppet was not to change stays.

use std::fs;

use serde_json::{Value, json};

use super::{SECRETS, entry, fingerprint, keep, run, snapshot, write};
use crate::said::text;
use crate::temp_root::TempRoot;

const SNMPD_CONF: &str = "etc/snmp/snmpd.conf";
const NOT_KNOWN_HERE: &str =
    "the community is not known here, where only its fingerprint is kept: let Puppet apply it";

/// A host with this snmpd.conf.
fn host(snmpd_conf: &str) -> TempRoot {
    let root = TempRoot::new();
    root.write("usr/sbin/snmpd", b"");
    root.write("etc/group", b"root:x:0:\nkiwis:x:1091:bob\n");
    write(&root, SNMPD_CONF, snmpd_conf.as_bytes(), 0o600);
    root
}

fn nms(parameters: Value) -> Value {
    let mut all = json!({ "community": fingerprint(SECRETS[0]), "sources": ["10.0.0.0/8"] });
    all.as_object_mut().unwrap().extend(parameters.as_object().unwrap().clone());
    json!({ "type": "snmp_community", "title": "nms", "parameters": all })
}

/// The drift that `check` tells, as `PROPERTY: REASON`; `apply` must say why it helps nothing, and change nothing.
fn drift(root: &TempRoot, resources: &Value) -> Vec<String> {
    keep(root, &snapshot(0, &json!({}), resources));
    let said = run(root, "check", &["--format", "json"]);
    let outcome = said.outcome();
    let drift: Vec<_> = outcome["drift"]
        .as_array()
        .unwrap()
        .iter()
        .map(|drift| format!("{}: {}", text(&drift["property"]), text(&drift["reason"])))
        .collect();
    let before = root.tree("etc");
    let applied = run(root, "apply", &["--format", "json"]);
    crate::temp_root::assert_unchanged(&before, &root.tree("etc"));
    if drift.is_empty() {
        assert_eq!((said.code, applied.code), (0, 0), "{said:?} {applied:?}");
    } else {
        said.ended(2);
        assert_eq!(text(&outcome["blocked"]), NOT_KNOWN_HERE);
        assert_eq!(
            applied.error(),
            format!("nothing was written, for it would not be enough: {NOT_KNOWN_HERE}")
        );
        let told = run(root, "apply", &[]).ended(4).out;
        assert_eq!(told.matches("not known here").count(), 1, "{told}");
        assert!(!told.contains("snmpd: ") && !told.contains("to do "), "nothing to reload: {told}");
    }
    drift
}

/// A run of Puppet that declares these resources, looks at all of them, applies them or not, and ends; gives the answers.
fn puppet(root: &TempRoot, resources: &Value, asks: &[&str]) -> Vec<Value> {
    let references: Vec<_> = resources
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!({ "type": one["type"], "title": one["title"] }))
        .collect();
    let run = json!({ "by": "agent", "environment": "production", "catalog": 1_795_762_549_u32 });
    let mut lines = vec![
        json!({ "ask": "hello", "protocol": 1, "run": run }),
        json!({ "ask": "declare", "resources": resources }),
    ];
    lines.extend(asks.iter().map(|ask| json!({ "ask": ask, "resources": references })));
    lines.push(json!({ "ask": "end" }));
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let said = crate::said::run_with_input(&mut root.command(&["serve"], &[]), input.as_bytes());
    assert!(!said.out.contains(SECRETS[0]) && said.err.is_empty(), "{said:?}");
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_a_run_of_puppet_leaves_is_judged_by_check_in_the_same_words() {
    let root = host(&format!("rocommunity {} 192.0.2.0/24\n", SECRETS[0]));
    let community = json!({ "type": "snmp_community", "title": "nms",
        "parameters": { "community": SECRETS[0], "sources": ["10.0.0.0/8"] } });
    let resources = json!([entry(5), community]);
    let answers = puppet(&root, &resources, &["observe"]);
    let snapshot = String::from_utf8(root.read(super::SNAPSHOT)).unwrap();
    assert!(!snapshot.contains(SECRETS[0]), "{snapshot}");
    let said = run(&root, "check", &["--format", "json"]).ended(2);
    assert!(said.err.contains(" s ago (environment production, catalog 1795762549)"), "{said:?}");
    let judged = said.json();
    for (one, other) in judged.as_array().unwrap().iter().zip(answers[2]["resources"].as_array().unwrap()) {
        for (mine, its) in one["drift"].as_array().unwrap().iter().zip(other["drift"].as_array().unwrap()) {
            for field in ["property", "is", "should", "reason", "file", "line"] {
                assert_eq!(mine.get(field), its.get(field), "{field} of {other}");
            }
        }
        assert_eq!((&one["title"], &one["outcome"]), (&other["title"], &other["outcome"]));
    }

    puppet(&root, &resources, &["observe", "apply"]);
    run(&root, "check", &[]).ended(0);
    let tampered = String::from_utf8(root.read(SNMPD_CONF)).unwrap().replace("rocommunity", "rwcommunity");
    write(&root, SNMPD_CONF, tampered.as_bytes(), 0o600);
    let said = run(&root, "check", &[]).ended(2).out;
    assert!(
        said.contains("access: is rw everything from 10.0.0.0/8, should be ro everything from 10.0.0.0/8"),
        "{said}"
    );
}

#[test]
fn a_community_in_the_files_is_recognised_and_judged_as_if_it_were_known() {
    let line = |access: &str, source: &str| format!("{access} {} {source} # standfast: nms\n", SECRETS[0]);
    let root = host(&line("rocommunity", "10.0.0.0/8"));
    assert_eq!(drift(&root, &json!([nms(json!({}))])), [""; 0]);

    write(&root, SNMPD_CONF, line("rwcommunity", "10.0.0.0/8").as_bytes(), 0o600);
    assert_eq!(
        drift(&root, &json!([nms(json!({}))])),
        ["access: /etc/snmp/snmpd.conf:1 decides for 10.0.0.0/8: the first match wins"]
    );
    let wider = [line("rocommunity", "10.0.0.0/8"), line("rocommunity", "192.0.2.0/24")].concat();
    write(&root, SNMPD_CONF, wider.as_bytes(), 0o600);
    assert_eq!(
        drift(&root, &json!([nms(json!({}))])),
        ["sources: /etc/snmp/snmpd.conf:2 lets it in from 192.0.2.0/24"]
    );
}

#[test]
fn another_community_and_none_are_drift() {
    let root = host(&format!("rocommunity {} 10.0.0.0/8 # standfast: nms\n", SECRETS[2]));
    assert_eq!(
        drift(&root, &json!([nms(json!({}))])),
        [
            "community: /etc/snmp/snmpd.conf:1 was written for this resource, and is for another community",
            "ensure: no line lets it in from 10.0.0.0/8",
        ]
    );
    let root = host("rocommunity6 public\n");
    assert_eq!(drift(&root, &json!([nms(json!({}))])), ["ensure: no line lets it in from 10.0.0.0/8"]);
}

#[test]
fn a_community_that_should_be_gone_is_recognised_too() {
    let absent = json!([nms(json!({ "ensure": "absent" }))]);
    let root = host(&format!("rocommunity {}\n", SECRETS[0]));
    assert_eq!(drift(&root, &absent), ["ensure: /etc/snmp/snmpd.conf:1 is there"]);
    assert_eq!(drift(&host("rocommunity6 public\n"), &absent), [""; 0]);
}

#[test]
fn without_the_key_a_fingerprint_tells_nothing() {
    let root = host("rocommunity6 public\n");
    keep(&root, &snapshot(0, &json!({}), &json!([nms(json!({}))])));
    let key = root.path("var/lib/standfast/fingerprint-key");
    for spoil in [
        |key: &std::path::Path| {
            fs::set_permissions(key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap()
        },
        |key: &std::path::Path| fs::remove_file(key).unwrap(),
    ] {
        spoil(&key);
        let error = run(&root, "check", &["--format", "json"]).error();
        assert!(
            error.starts_with("the community is known by its fingerprint only, and the host's key"),
            "{error}"
        );
    }
}

#[test]
fn access_as_a_whole_knows_the_communities_that_are_recognised_and_spares_what_may_be_the_others() {
    let access =
        json!({ "type": "snmp_access", "title": "main", "parameters": { "purge": true, "weak": "report" } });
    let resources = json!([nms(json!({})), access]);
    let root =
        host(&format!("rocommunity {} 10.0.0.0/8\nrocommunity {} 192.0.2.7\n", SECRETS[0], SECRETS[2]));
    keep(&root, &snapshot(0, &json!({}), &resources));
    run(&root, "apply", &[]).ended(2);
    assert_eq!(root.read(SNMPD_CONF), format!("rocommunity {} 10.0.0.0/8\n", SECRETS[0]).as_bytes());

    let before = format!("rocommunity {} 10.0.0.0/8 # standfast: nms\n", SECRETS[2]);
    write(&root, SNMPD_CONF, before.as_bytes(), 0o600);
    let said = run(&root, "apply", &["--format", "json"]).ended(4);
    assert!(said.out.contains("it may be that of snmp_community[nms], which is not known"), "{said:?}");
    assert_eq!(root.read(SNMPD_CONF), before.as_bytes(), "monitoring goes on until Puppet runs");
}

#[test]
fn the_same_fingerprint_twice_is_the_same_community_twice() {
    let mut other = nms(json!({}));
    other["title"] = json!("backup");
    let root = host("");
    keep(&root, &snapshot(0, &json!({}), &json!([nms(json!({})), other])));
    let said = run(&root, "check", &[]).ended(4);
    assert_eq!(said.out.matches("have the same community").count(), 2, "{said:?}");
}

#[test]
fn a_fingerprint_is_no_value_but_of_a_secret() {
    let root = TempRoot::new();
    let mut wrong = entry(1);
    wrong["parameters"]["value"] = fingerprint("4096");
    wrong["file"] = json!("/m/site.pp");
    wrong["line"] = json!(7);
    keep(&root, &snapshot(0, &json!({}), &json!([wrong])));
    let error = run(&root, "check", &["--format", "json"]).error();
    assert!(
        error.starts_with("`value` cannot be `(a fingerprint)`: ") && error.ends_with(" (/m/site.pp:7)"),
        "{error}"
    );
}

#[test]
fn what_puppet_was_not_to_change_apply_does_not_change_either() {
    let root = TempRoot::new();
    keep(&root, &snapshot(0, &json!({ "noop": true }), &json!([entry(5)])));
    let said = run(&root, "apply", &[]).ended(2);
    assert!(said.out.contains("(environment production, catalog 1795762549, noop)"), "{said:?}");
    let drop_in = root.path("etc/security/limits.d/zz-standfast.conf");
    assert!(!drop_in.exists());

    let mut noop = entry(5);
    noop["noop"] = json!(true);
    keep(&root, &snapshot(0, &json!({}), &json!([noop])));
    run(&root, "apply", &[]).ended(2);
    assert!(!drop_in.exists());

    keep(&root, &snapshot(0, &json!({ "by": "apply" }), &json!([entry(5)])));
    assert!(run(&root, "apply", &[]).ended(2).out.starts_with("desired   what puppet apply declared "));
    assert!(drop_in.exists());
    run(&root, "check", &[]).ended(0);
}

#[test]
fn what_stayed_deferred_is_named() {
    let root = TempRoot::new();
    let late = json!({ "type": "snmp_community", "title": "nms", "parameters": { "sources": ["::1"] },
        "deferred": ["community"], "file": "/m/site.pp", "line": 7, "tags": ["a"], "container": "X[y]" });
    keep(&root, &snapshot(0, &json!({}), &json!([late, entry(5)])));
    let said = run(&root, "check", &["--format", "json"]).ended(6);
    assert_eq!(
        text(&said.json()[0]["error"]),
        "cannot be judged: `community` is deferred, and worked out by the agent when it applies (/m/site.pp:7)"
    );
}

#[test]
fn what_a_terminal_would_act_on_is_shown_as_text() {
    let root = TempRoot::new();
    let mut evil = entry(5);
    evil["title"] = json!("al\u{1b}[2Jice/-/nproc");
    evil["parameters"]["bound"] = json!("\u{202e}most");
    evil["file"] = json!("/m/\u{7}site.pp");
    let run_of = json!({ "environment": "pro\u{1b}[2Jd", "catalog": "1\n2" });
    keep(&root, &snapshot(0, &run_of, &json!([evil])));
    for arguments in [&[][..], &["--format", "monitoring"], &["--format", "json"]] {
        run(&root, "check", arguments);
    }
    let said = run(&root, "check", &[]).ended(4);
    assert!(said.out.lines().next().unwrap().contains("pro"), "{said:?}");
}
