//! Resources that come up in the run: what `resources { purge => true }` wants to be rid of.

use serde_json::{Value, json};

use super::{Served, became, entry, limit};
use crate::temp_root::{DROP_IN, LIMITS_CONF, TempRoot};

/// What Puppet makes of a listed resource that nobody declares.
fn absent(title: &str) -> Value {
    json!({"type": "limits_entry", "title": title, "parameters": {"ensure": "absent"}})
}

#[test]
fn what_nobody_declares_is_removed_and_what_is_declared_under_another_title_stays() {
    let root = TempRoot::with_limits_conf("alice - core 1\n:1002 - nproc 5\n* soft rss 9 # ours\n");
    let mut served = Served::agent(&root);
    served.declare(json!([limit(":1002/-/nproc", 5), limit("*/soft/rss", 9)]));
    let listed = served.list("limits_entry");
    let titles: Vec<_> = listed.iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect();
    assert_eq!(titles, ["alice/-/core", "bob/-/nproc", "*/soft/rss"], "names stand for numbers");
    became(&served.one("observe", absent("alice/-/core")), "drifted");
    became(&served.one("observe", absent("bob/-/nproc")), "in_sync");
    became(&served.one("apply", absent("bob/-/nproc")), "in_sync");
    became(&served.apply("alice/-/core"), "corrected");
    became(&served.observe("alice/-/core"), "in_sync");
    became(&served.observe(":1002/-/nproc"), "in_sync");
    assert_eq!(root.read(LIMITS_CONF), b":1002 - nproc 5\n* soft rss 9 # ours\n");
    served.end();
    let snapshot = String::from_utf8(root.read("var/lib/standfast/desired.json")).unwrap();
    assert!(!snapshot.contains("absent"), "what came up in the run is not desired state: {snapshot}");
}

#[test]
fn all_that_is_listed_can_be_removed_and_then_nothing_is_listed() {
    let lines = "bob - nproc 5\n:1013 hard core 7\n@kiwis - nproc 7\n@:2000 soft as 8\n%kiwis - maxlogins 3\n\
                 1000:1999 - rss 9\n1013 soft nproc 4096\n* - nofile unlimited\nnobodyelse soft cpu 5\n\
                 bob - nproc 6\nDOM\\dora - cpu 3\n";
    let root = TempRoot::with_limits_conf(lines);
    root.write(DROP_IN, b":70001 - nproc 5 # DOM\\dora\n");
    let mut served = Served::agent(&root);
    let listed = served.list("limits_entry");
    assert_eq!(listed.len(), 11, "{listed:?}");
    for one in &listed {
        let mut absent = absent(one["title"].as_str().unwrap());
        if let Some(verbatim) = one["parameters"].get("match_by") {
            absent["parameters"]["match_by"] = verbatim.clone();
        }
        became(&served.one("apply", absent), "corrected");
    }
    assert_eq!(served.list("limits_entry"), Vec::<Value>::new());
    assert_eq!(root.read(LIMITS_CONF), b"");
    assert!(!root.path(DROP_IN).exists(), "a file of ours that is empty goes");
    served.leave();
}

#[test]
fn the_kinds_own_purge_sees_all_that_is_declared_whatever_is_asked_for() {
    let root = TempRoot::with_limits_conf("alice - core 1\nbob - nproc 5\n");
    let mut served = Served::agent(&root);
    let config =
        json!({"type": "limits_config", "title": "main", "parameters": {"purge": ["/etc/security/*.conf"]}});
    served.declare(json!([limit("bob/-/nproc", 5), config]));
    became(&served.one("apply", json!({"type": "limits_config", "title": "main"})), "corrected");
    assert_eq!(root.read(LIMITS_CONF), b"bob - nproc 5\n");
    became(&served.observe("bob/-/nproc"), "in_sync");
    served.end();
}

#[test]
fn nothing_is_purged_while_it_is_not_known_what_all_resources_stand_for() {
    let root = TempRoot::with_limits_conf("alice - core 1\nbob - nproc 5\n");
    let mut served = Served::agent(&root);
    let config =
        json!({"type": "limits_config", "title": "main", "parameters": {"purge": ["/etc/security/*.conf"]}});
    let deferred = json!({"type": "limits_entry", "title": "bob/-/nproc", "deferred": ["value"]});
    served.declare(json!([deferred, config]));
    let config = json!({"type": "limits_config", "title": "main"});
    for (ask, resource) in [("apply", config.clone()), ("apply", absent("alice/-/core"))] {
        let said = served.one(ask, resource);
        became(&said, "failed");
        assert!(said["error"].as_str().unwrap().contains("limits_entry bob/-/nproc"), "{said}");
    }
    became(&served.one("observe", limit("bob/-/nproc", 5)), "in_sync");
    became(&served.one("apply", config), "corrected");
    assert_eq!(root.read(LIMITS_CONF), b"bob - nproc 5\n");
    served.end();
}

#[test]
fn a_community_is_listed_by_a_name_that_shows_nothing_and_can_be_removed_by_it() {
    let root = TempRoot::new();
    root.write(
        "etc/snmp/snmpd.conf",
        b"rocommunity s3cr3t-0ther 10.1.0.0/16\nrocommunity s3cr3t-mine 10.0.0.1\n",
    );
    root.write("usr/sbin/snmpd", b"#!/bin/sh\n");
    let mine = json!({"type": "snmp_community", "title": "mine",
        "parameters": {"community": "s3cr3t-mine", "sources": ["10.0.0.1"]}});
    // The first run of all makes the key by which they are told.
    let mut first = Served::agent(&root);
    first.declare(json!([mine]));
    first.one("observe", json!({"type": "snmp_community", "title": "mine"}));
    first.end();
    let mut served = Served::agent(&root);
    served.declare(json!([mine]));
    let listed = served.list("snmp_community");
    assert_eq!(listed.len(), 2, "{listed:?}");
    for one in &listed {
        let title = one["title"].as_str().unwrap();
        assert!(title.starts_with("community-") && title.len() == 18, "{title}");
        assert_eq!(one["parameters"].get("community"), None);
        let absent = json!({"type": "snmp_community", "title": title, "parameters": {"ensure": "absent"}});
        let is_mine = one["parameters"]["sources"] == json!(["10.0.0.1"]);
        became(&served.one("apply", absent), if is_mine { "in_sync" } else { "corrected" });
    }
    let left = String::from_utf8(root.read("etc/snmp/snmpd.conf")).unwrap();
    assert_eq!(left, "rocommunity s3cr3t-mine 10.0.0.1\n");
    assert!(!served.leave().contains("s3cr3t"));
}

#[test]
fn a_reference_to_what_came_up_in_the_run_is_enough_later() {
    let root = TempRoot::with_limits_conf("alice - core 1\n");
    let mut served = Served::agent(&root);
    became(&served.one("observe", absent("alice/-/core")), "drifted");
    became(&served.one("apply", entry("alice/-/core")), "corrected");
    served.leave();
}
