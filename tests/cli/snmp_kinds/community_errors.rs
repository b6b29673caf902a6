//! `snmp_community`: what is refused or blocked, and why; in no case is anything written, nor the community told.

use serde_json::{Value, json};

use super::root::{
    DEBIAN, DROP_IN, SECRET, SNMPD_CONF, access, check, conf, debian, drift, nms, permit, run,
};
use crate::said::text;
use crate::temp_root::{TempRoot, assert_unchanged};

/// Applies resources none of which may change anything, and gives why each failed.
fn errors(root: &TempRoot, resources: &[Value]) -> Vec<String> {
    let before = root.tree("etc");
    let said = run(root, "apply", resources);
    assert!(matches!(said.code, 4 | 6), "{said:?}");
    assert_unchanged(&before, &root.tree("etc"));
    let outcomes = said.json();
    let outcomes = outcomes.as_array().unwrap().iter();
    outcomes.map(|outcome| outcome.get("error").map(text).unwrap_or_default()).collect()
}

#[test]
fn two_resources_with_one_community_are_refused_and_both_are_named() {
    let mut other = nms(&json!({ "sources": ["192.0.2.7"] }));
    other["title"] = json!("backup");
    let errors = errors(&debian(""), &[nms(&json!({})), other]);
    let both = "snmp_community[nms] and snmp_community[backup] have the same community: give each its own";
    assert_eq!(errors, [both, both]);
}

#[test]
fn a_community_that_access_as_a_whole_forbids_is_refused_with_the_reason() {
    for (parameters, forbids, reason) in [
        (
            json!({ "community": "Monitoring2024" }),
            json!({}),
            "it is a word of the list that attackers go through",
        ),
        (
            json!({ "community": "PUBLIC" }),
            json!({}),
            "it is a default community, which attackers send first",
        ),
        (json!({ "community": "hT7-kq9.Vx2_" }), json!({}), "it is shorter than 16 bytes"),
        (json!({}), json!({ "weak_min_length": 40 }), "it is shorter than 40 bytes"),
        (json!({ "access": "rw" }), json!({}), "`write` is forbid, and `access` is rw"),
        (
            json!({ "sources": ["0.0.0.0/1"] }),
            json!({}),
            "`any_source` is forbid, and 0.0.0.0/1 is next to everyone",
        ),
        (json!({}), json!({ "versions": "v3_only" }), "`versions` is v3_only, and communities are of no use"),
    ] {
        let root = debian("");
        let resources = [nms(&parameters), access(&forbids)];
        let said = run(&root, "check", &resources);
        let error = text(&said.json()[0]["error"]);
        assert!(error.starts_with("snmp_community[nms] is against snmp_access: "), "{error}");
        assert!(error.ends_with(reason), "{error}");
        run(&root, "apply", &resources);
        assert!(!root.path(DROP_IN).exists(), "{reason}");
    }
}

#[test]
fn a_weak_community_without_a_policy_for_access_is_the_users_own_affair() {
    let root = debian("");
    run(&root, "apply", &[nms(&json!({ "community": "public" }))]).ended(2);
}

#[test]
fn a_target_that_snmpd_does_not_read_is_refused() {
    for target in ["/etc/snmp/other.conf", "/etc/snmp/snmpd.conf.d/nms", "/etc/snmp/snmpd.conf.d/.nms.conf"] {
        let errors = errors(&debian(DEBIAN), &[nms(&json!({ "target": target }))]);
        assert!(errors[0].starts_with(&format!("snmpd does not read {target}: ")), "{errors:?}");
    }
    for target in ["/etc/snmp/snmpd.conf", "/etc/snmp/snmpd.conf.d/nms.conf"] {
        let root = debian(DEBIAN);
        super::root::enforce(&root, &[nms(&json!({ "target": target }))]);
        assert!(String::from_utf8(root.read(target)).unwrap().ends_with("10.0.0.0/8 # standfast: nms\n"));
    }
}

#[test]
fn a_view_that_nobody_defined_shows_nothing_so_nothing_is_written() {
    let root = debian(DEBIAN);
    let resources = [nms(&json!({ "view": "system" }))];
    let blocked = text(&check(&root, &resources).ended(2).outcome()["blocked"]);
    assert_eq!(
        blocked,
        "/etc/snmp/snmpd.conf.d/zz-standfast.conf:1 decides for 10.0.0.0/8: the first match wins (ro nothing from \
         10.0.0.0/8 instead of ro view system from 10.0.0.0/8)"
    );
    let errors = errors(&root, &resources);
    assert!(errors[0].starts_with("nothing was written, for it would not be enough: "), "{errors:?}");
}

#[test]
fn where_versions_are_switched_off_a_community_would_not_be_in_force() {
    let root = debian(&format!("[snmp] disableSNMPv1 yes\n[snmp] disableSNMPv2c yes\n{DEBIAN}"));
    let said = check(&root, &[nms(&json!({}))]).ended(2);
    assert_eq!(drift(&said)[0], "ensure: SNMPv1 and SNMPv2c are switched off: /etc/snmp/snmpd.conf:2");
    assert_eq!(
        text(&said.outcome()["blocked"]),
        "SNMPv1 and SNMPv2c are switched off: /etc/snmp/snmpd.conf:2"
    );
}

#[test]
fn a_line_with_a_nul_is_not_touched() {
    let root = debian(&format!("rwcommunity {SECRET}\0 x\n 10.0.0.0/8\n"));
    let blocked = text(&check(&root, &[nms(&json!({}))]).ended(2).outcome()["blocked"]);
    assert_eq!(
        blocked,
        "/etc/snmp/snmpd.conf:1 cannot be changed: snmpd does not read it as one line of the file: mend it by hand first"
    );
    errors(&root, &[nms(&json!({}))]);
}

#[test]
fn a_directory_that_snmpd_cannot_search_after_its_start_gets_no_line() {
    let root = debian(DEBIAN);
    permit(&root, "etc/snmp/snmpd.conf.d", 0o700, 0);
    let blocked = text(&check(&root, &[nms(&json!({}))]).ended(2).outcome()["blocked"]);
    assert_eq!(
        blocked,
        "/etc/snmp/snmpd.conf.d does not let snmpd (user 112, group 112) in: it would drop all access after SIGHUP"
    );
}

#[test]
fn an_unknown_user_of_snmpd_is_an_error_and_no_guess() {
    let root = debian(DEBIAN);
    root.write("etc/passwd", b"root:x:0:0::/root:/bin/sh\n");
    root.write("etc/nsswitch.conf", b"passwd: files\ngroup: files\n");
    let errors = errors(&root, &[nms(&json!({}))]);
    assert_eq!(errors, ["snmpd is started as `Debian-snmp`, and there is no such user"]);
}

#[test]
fn a_secret_in_a_policy_file_is_refused_and_not_repeated() {
    let root = debian(DEBIAN);
    let policy = format!("[snmp_community nms]\ncommunity = {SECRET}\nsources = 10.0.0.0/8\n");
    let said = root.run_policy("check", &policy, &[]).refused("`community` is a secret");
    assert!(!said.err.contains(SECRET), "{said:?}");
}

#[test]
fn a_policy_file_names_the_file_of_the_community() {
    let root = debian(DEBIAN);
    root.write("root/nms", format!("{SECRET}\n").as_bytes());
    permit(&root, "root/nms", 0o600, 0);
    let policy = "[snmp_community nms]\ncommunity_file = /root/nms\nsources = 10.0.0.0/8, ::1\n";
    root.enforce(policy);
    for (mode, words) in [(0o644, "has mode 0644"), (0o640, "has mode 0640")] {
        permit(&root, "root/nms", mode, 0);
        let error = root.check(policy).error();
        assert!(error.contains(words) && !error.contains(SECRET), "{error}");
    }
}

#[test]
fn a_community_that_no_line_can_open_is_refused() {
    for (community, words) in [
        ("COMMUNITY".to_owned(), "does not take for one"),
        ("x".repeat(256), "cuts it after 255 bytes"),
        ("'".repeat(128), "counts twice"),
    ] {
        let errors = errors(&debian(DEBIAN), &[nms(&json!({ "community": community }))]);
        assert!(errors[0].contains(words), "{errors:?}");
    }
}

#[test]
fn sources_that_snmpd_would_drop_or_misread_are_refused_with_what_to_write() {
    for (source, words) in [
        ("10.0.0.5/8", "write 10.0.0.0/8"),
        ("nms.kiwi.example", "looked up once"),
        ("default", "everyone is not a source"),
        ("0.0.0.0/0", "everyone is not a source"),
        ("::ffff:10.0.0.1", "write 10.0.0.1"),
    ] {
        let resources = [nms(&json!({ "sources": [source] }))];
        run(&debian(DEBIAN), "check", &resources).refused(words);
    }
}

#[test]
fn the_community_of_a_resource_that_cannot_be_read_is_not_purged() {
    let root = debian(&format!("rocommunity {SECRET} 10.0.0.0/8\nincludeDir /etc/snmp/snmpd.conf.d\n"));
    let resource = json!({
        "type": "snmp_community", "title": "nms",
        "parameters": { "community_file": "/root/nms", "sources": "10.0.0.0/8" },
    });
    let before = root.tree("etc");
    let said = run(&root, "apply", &[access(&json!({ "purge": true })), resource]);
    assert_unchanged(&before, &root.tree("etc"));
    assert!(
        drift(&said)[0].ends_with("it may be that of snmp_community[nms], which is not known"),
        "{:?}",
        drift(&said)
    );
    assert_eq!(said.code, 4);
    conf(&root, SNMPD_CONF, "");
}

#[test]
fn a_view_called_none_lets_every_community_write_so_nothing_is_written() {
    let root = debian(&format!("view none included .1\n{DEBIAN}"));
    let blocked = text(&check(&root, &[nms(&json!({}))]).ended(2).outcome()["blocked"]);
    assert!(
        blocked.ends_with(
            "(ro everything and rw everything from 10.0.0.0/8 instead of ro everything from 10.0.0.0/8)"
        ),
        "{blocked}"
    );
}
