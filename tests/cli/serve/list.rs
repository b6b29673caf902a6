//! What is on the host, as resources: whoever declares what is listed finds it in sync.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Served, became};
use crate::corpus::root_of;
use crate::temp_root::{DROP_IN, TempRoot};

/// Lists a kind, declares all that is listed, and gives what is said of it.
fn declared(root: &TempRoot, kinds: &[&str]) -> Vec<Value> {
    let mut served = Served::run(root, json!({"by": "resource"}));
    let mut listed = Vec::new();
    for kind in kinds {
        listed.extend(served.list(kind));
    }
    served.declare(json!(listed));
    let names = listed.iter().map(|one| json!({"type": one["type"], "title": one["title"]}));
    let said = served.resources("observe", json!(names.collect::<Vec<_>>()));
    served.leave();
    said
}

#[test]
fn entries_are_listed_by_name_with_their_values_and_files() {
    let root =
        TempRoot::with_limits_conf("1013 soft nproc 4096\n:1013 - nproc 5\n@:1091 hard as unlimited\n");
    root.write(DROP_IN, b":1002 - core 7 # bob\n:4000 - core 7 # gone\n");
    let mut served = Served::agent(&root);
    let listed = served.list("limits_entry");
    let conf = "/etc/security/limits.conf";
    let expected = [
        (
            "1013/soft/nproc",
            json!({"ensure": "present", "value": "4096", "target": conf, "match_by": "verbatim"}),
        ),
        ("thekiwi/-/nproc", json!({"ensure": "present", "value": "5", "target": conf})),
        ("@kiwis/hard/as", json!({"ensure": "present", "value": "unlimited", "target": conf})),
        ("bob/-/core", json!({"ensure": "present", "value": "7"})),
        (":4000/-/core", json!({"ensure": "present", "value": "7"})),
    ];
    assert_eq!(listed.len(), expected.len(), "{listed:?}");
    for (one, (title, parameters)) in listed.iter().zip(expected) {
        assert_eq!((&one["title"], &one["parameters"]), (&json!(title), &parameters));
    }
    served.leave();
    for said in declared(&root, &["limits_entry", "limits_config"]) {
        became(&said, "in_sync");
    }
}

#[test]
fn a_limit_that_another_line_cuts_is_listed_with_what_comes_of_it() {
    let root = TempRoot::with_limits_conf("bob soft nproc 4096\nbob hard nproc 100\nalice - core 1\n");
    root.write("etc/security/limits.d/50.conf", b"alice - core 2\n");
    let mut served = Served::agent(&root);
    let listed = served.list("limits_entry");
    let values = listed
        .iter()
        .map(|one| (one["title"].as_str().unwrap(), one["parameters"]["value"].as_str().unwrap()));
    let expected = [("bob/soft/nproc", "100"), ("bob/hard/nproc", "100"), ("alice/-/core", "2")];
    assert_eq!(values.collect::<Vec<_>>(), expected);
    served.leave();
}

/// The folders of a corpus.
fn folders(family: &str) -> Vec<PathBuf> {
    let mut found = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(family)];
    let mut folders = Vec::new();
    while let Some(path) = found.pop() {
        if path.join("root").exists() {
            folders.push(path);
            continue;
        }
        let inside = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        found.extend(inside.filter(|path| path.is_dir()));
    }
    folders.sort();
    folders
}

/// What of the corpus is not in sync when it is declared as it is listed.
fn not_in_sync(family: &str, os_release: &str, kinds: &[&str]) -> (usize, Vec<String>) {
    let mut count = 0;
    let mut differs = Vec::new();
    for folder in folders(family) {
        let root = root_of(&folder, os_release);
        // Whom Debian's snmpd runs as.
        let mut passwd = root.read("etc/passwd");
        passwd.extend_from_slice(b"Debian-snmp:x:110:110::/var/lib/snmp:/bin/false\n");
        root.write("etc/passwd", &passwd);
        let mut group = root.read("etc/group");
        group.extend_from_slice(b"Debian-snmp:x:110:\n");
        root.write("etc/group", &group);
        for said in declared(&root, kinds) {
            count += 1;
            if said["outcome"] != "in_sync" {
                let reason = said["error"].as_str().or_else(|| said["drift"][0]["reason"].as_str());
                let folder = folder.file_name().unwrap().to_string_lossy().into_owned();
                differs.push(format!("{folder}: {}: {}", said["title"], reason.unwrap_or_default()));
            }
        }
    }
    (count, differs)
}

#[test]
fn the_entries_of_all_distributions_are_in_sync_as_they_are_listed() {
    let os_release = "ID=debian\nVERSION_ID=12\n";
    let (count, differs) = not_in_sync("limits", os_release, &["limits_entry", "limits_config"]);
    assert!(count > 60, "{count}");
    // What no value makes true: a line that ends all limits, one that counts for nobody, one that would lock out.
    let words =
        ["ends all limits for thekiwi", "no line sets maxsyslogins", "would lock users out: nofile 0"];
    let is_known = |said: &&String| words.iter().any(|words| said.contains(words));
    let (known, others): (Vec<_>, Vec<_>) = differs.iter().partition(is_known);
    assert!(others.is_empty() && known.len() == 4, "{count}: {differs:#?}");
}

#[test]
fn the_daemons_of_all_distributions_are_in_sync_as_they_are_listed() {
    for (family, kinds, least) in [("ntp", &["ntp_monlist"][..], 29), ("snmp", &["snmp_access"], 15)] {
        let (count, differs) = not_in_sync(family, "ID=debian\nVERSION_ID=12\n", kinds);
        assert!(count >= least, "{family}: {count}");
        assert!(differs.is_empty(), "{family}: {differs:#?}");
    }
}

#[test]
fn a_community_is_in_sync_as_it_is_listed_once_it_is_given() {
    let root = TempRoot::new();
    root.write("usr/sbin/snmpd", b"#!/bin/sh\n");
    root.write("etc/snmp/snmpd.conf", b"");
    let nms = json!({"type": "snmp_community", "title": "nms", "parameters":
        {"community": "s3cr3t-comm-unity", "sources": ["10.0.0.0/8", "2001:db8::/32"], "access": "rw"}});
    let mut served = Served::run(&root, json!({"by": "resource"}));
    served.declare(json!([nms]));
    became(&served.one("apply", json!({"type": "snmp_community", "title": "nms"})), "corrected");
    let listed = served.list("snmp_community");
    let expected = json!({"ensure": "present", "access": "rw", "sources": ["10.0.0.0/8", "2001:db8::/32"]});
    assert_eq!((listed.len(), &listed[0]["title"], &listed[0]["parameters"]), (1, &json!("nms"), &expected));
    let mut again = listed[0].clone();
    again["parameters"]["community"] = json!("s3cr3t-comm-unity");
    became(&served.one("observe", again), "in_sync");
    served.leave();
}

/// Debian 12 with its rsyslog.
fn rsyslog() -> TempRoot {
    let folder = folders("rsyslog").into_iter().find(|path| path.ends_with("debian-12")).unwrap();
    let root = root_of(&folder, "ID=debian\nVERSION_ID=12\n");
    let status = "Package: rsyslog\nStatus: install ok installed\nVersion: 8.2302.0-1\n";
    root.write("var/lib/dpkg/status", status.as_bytes());
    root.write("etc/ssl/ca.pem", b"a certificate\n");
    root
}

#[test]
fn our_forwards_are_in_sync_as_they_are_listed() {
    for parameters in [
        json!({"target": "loghost.example.net"}),
        json!({"target": "loghost.example.net", "protocol": "relp", "port": 2514, "queue": "always_disk"}),
        json!({"target": "192.0.2.7", "protocol": "udp", "selector": "authpriv.*"}),
        json!({"target": "a.example.net", "failover": ["b.example.net", "c.example.net:601"], "keep_local": false}),
        json!({"target": "a.example.net", "tls": "on", "ca_file": "/etc/ssl/ca.pem", "queue_size": 5000, "retry": 9}),
    ] {
        let root = rsyslog();
        let mut served = Served::run(&root, json!({"by": "resource"}));
        let forward = json!({"type": "rsyslog_forward", "title": "central", "parameters": parameters});
        served.declare(json!([forward]));
        let said = served.one("apply", json!({"type": "rsyslog_forward", "title": "central"}));
        became(&said, "corrected");
        let listed = served.list("rsyslog_forward");
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert_eq!(listed[0]["parameters"]["target"], parameters["target"]);
        served.leave();
        for said in declared(&root, &["rsyslog_forward"]) {
            became(&said, "in_sync");
        }
    }
}

#[test]
fn a_forward_that_was_written_by_hand_is_listed_by_its_server_and_can_be_removed_by_that_name() {
    let root = rsyslog();
    root.write("etc/rsyslog.d/50-ours.conf", b"*.* @@log.example.net:601\n*.* @@log2.example.net:601\n");
    let mut served = Served::agent(&root);
    let listed = served.list("rsyslog_forward");
    let titles = listed.iter().map(|one| one["title"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(titles, ["log_example_net_601", "log2_example_net_601"]);
    let parameters = &listed[0]["parameters"];
    assert_eq!((&parameters["port"], &parameters["protocol"]), (&json!("601"), &json!("tcp")));
    let declared = json!({"target": "log2.example.net", "port": 601});
    served.declare(json!([{"type": "rsyslog_forward", "title": "central", "parameters": declared}]));
    for (title, outcome) in [("log_example_net_601", "corrected"), ("log2_example_net_601", "in_sync")] {
        let absent = json!({"type": "rsyslog_forward", "title": title, "parameters": {"ensure": "absent"}});
        became(&served.one("apply", absent), outcome);
    }
    let left = String::from_utf8(root.read("etc/rsyslog.d/50-ours.conf")).unwrap();
    assert_eq!(left, "# *.* @@log.example.net:601\n*.* @@log2.example.net:601\n");
    served.leave();
}
