//! `snmp_access`: what must not be let in goes where it stands, and what is declared stays.

use serde_json::json;

use super::root::{
    DEBIAN, DROP_IN, OTHER, RED_HAT, SECRET, SNMPD_CONF, access, check, conf, debian, drift, enforce, nms,
    red_hat, run, text,
};
use crate::temp_root::TempRoot;

/// All lines but those that hold this.
fn without(text: &str, word: &str) -> String {
    text.lines().filter(|line| !line.contains(word)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn of_debians_own_file_the_two_lines_for_public_go_and_nothing_else() {
    let root = debian(DEBIAN);
    let said = check(&root, &[access(&json!({}))]).ended(2);
    assert_eq!(
        drift(&said),
        [
            "weak: /etc/snmp/snmpd.conf:5 lets a community in: it is a default community, which attackers send first",
            "any_source: /etc/snmp/snmpd.conf:5 lets a community in: who knows it may ask from anywhere",
            "weak: /etc/snmp/snmpd.conf:6 lets a community in: it is a default community, which attackers send first",
            "any_source: /etc/snmp/snmpd.conf:6 lets a community in: who knows it may ask from anywhere",
        ]
    );
    enforce(&root, &[access(&json!({}))]);
    assert_eq!(text(&root, SNMPD_CONF), without(DEBIAN, "public"));
}

#[test]
fn of_red_hats_own_file_the_com2sec_line_goes_and_nothing_else() {
    let root = red_hat(RED_HAT);
    enforce(&root, &[access(&json!({}))]);
    assert_eq!(text(&root, SNMPD_CONF), without(RED_HAT, "public"));
}

#[test]
fn after_it_the_declared_community_is_the_only_one() {
    let root = debian(DEBIAN);
    enforce(&root, &[access(&json!({ "purge": true })), nms(&json!({ "view": "systemonly" }))]);
    assert_eq!(text(&root, SNMPD_CONF), without(DEBIAN, "public"));
    assert!(text(&root, DROP_IN).contains("# standfast: nms"));
}

#[test]
fn purge_takes_what_nobody_declares_and_leaves_what_somebody_does() {
    let lines =
        format!("rocommunity {SECRET} 10.0.0.0/8\nrocommunity {OTHER} 192.0.2.0/24\nview v included .1\n");
    let root = debian(&lines);
    check(&root, &[access(&json!({}))]).ended(0);
    let resources = [access(&json!({ "purge": true })), nms(&json!({}))];
    let said = check(&root, &resources).ended(2);
    assert_eq!(
        drift(&said),
        ["purge: /etc/snmp/snmpd.conf:2 lets a community in: no snmp_community declares it"]
    );
    enforce(&root, &resources);
    assert_eq!(text(&root, SNMPD_CONF), without(&lines, OTHER));
}

#[test]
fn a_weak_community_goes_wherever_it_stands() {
    for line in [
        "rocommunity cisco 10.0.0.0/8",
        "rocommunity Zabbix2024 10.0.0.0/8",
        "rocommunity6 publ1c 2001:db8::/32",
        "authcommunity read \"\\monitor\" 10.0.0.0/8",
        "ROCommunity 'private' 10.0.0.0/8 # keep",
        "rocommunity short-Kq9.Vx2 10.0.0.0/8",
        "rocommunity aaaaaaaaaaaaaaaaaaaaaaaa 10.0.0.0/8",
        "[snmpd] rocommunity manager 10.0.0.0/8",
    ] {
        let root = debian(&format!("# before\n{line}\n# after"));
        let said = check(&root, &[access(&json!({}))]).ended(2);
        assert!(drift(&said)[0].starts_with("weak: "), "{line}: {:?}", drift(&said));
        enforce(&root, &[access(&json!({}))]);
        assert_eq!(text(&root, SNMPD_CONF), "# before\n# after", "{line}");
    }
}

#[test]
fn a_community_named_like_the_host_is_weak() {
    let root = debian("rocommunity web-frontend-07 10.0.0.0/8\n");
    root.write("etc/hostname", b"web-frontend-07.kiwi.example\n");
    let said = check(&root, &[access(&json!({ "weak_min_length": 8 }))]).ended(2);
    assert!(drift(&said)[0].ends_with("it is a name of this host or of its domain"), "{:?}", drift(&said));
}

#[test]
fn what_is_only_reported_stays() {
    let root = debian(&DEBIAN.replace("rocommunity ", "rwcommunity "));
    let report = json!({ "weak": "report", "write": "report", "any_source": "report" });
    check(&root, &[access(&report)]).ended(0);
    run(&root, "apply", &[access(&report)]).ended(0);
}

#[test]
fn a_community_that_may_write_may_only_read_afterwards() {
    let root =
        debian(&format!("\tRWcommunity  \"{SECRET}\" 10.0.0.0/8 -V _all_ # NMS\nrwcommunity6 {OTHER} ::1\n"));
    let said = check(&root, &[access(&json!({}))]).ended(2);
    assert_eq!(
        drift(&said),
        [
            "write: /etc/snmp/snmpd.conf:1 lets a community in: who knows it may write",
            "write: /etc/snmp/snmpd.conf:2 lets a community in: who knows it may write",
        ]
    );
    enforce(&root, &[access(&json!({}))]);
    assert_eq!(
        text(&root, SNMPD_CONF),
        format!("\trocommunity  \"{SECRET}\" 10.0.0.0/8 -V _all_ # NMS\nrocommunity6 {OTHER} ::1\n")
    );
}

#[test]
fn a_chain_that_may_write_loses_its_com2sec_line() {
    let chain = RED_HAT.replace("default  ", "10.0.0.0/8").replace("systemview none none", "all all all");
    let root = red_hat(&format!("{}view all included .1\n", chain.replace("public", SECRET)));
    enforce(&root, &[access(&json!({}))]);
    assert!(!text(&root, SNMPD_CONF).contains(SECRET) && text(&root, SNMPD_CONF).contains("all all all"));
}

#[test]
fn a_write_grant_that_an_earlier_read_grant_hides_is_no_write_grant() {
    let root = debian(&format!("rocommunity {SECRET} 10.0.0.0/8\nrwcommunity {SECRET} 10.0.0.0/8\n"));
    check(&root, &[access(&json!({}))]).ended(0);
}

#[test]
fn a_line_that_comes_to_light_when_one_before_it_goes_goes_too() {
    let root =
        debian(&format!("rocommunity {SECRET}\nrwcommunity {SECRET}\nrwcommunity {SECRET} 10.0.0.0/8\n"));
    enforce(&root, &[access(&json!({}))]);
    assert_eq!(text(&root, SNMPD_CONF), format!("rocommunity {SECRET} 10.0.0.0/8\n"));
}

#[test]
fn two_halves_of_all_addresses_are_everyone() {
    let halves = format!(
        "rocommunity {SECRET} 0.0.0.0/1\nrocommunity {SECRET} 128.0.0.0/128.0.0.0\nrocommunity6 {SECRET} 2000::/3\n"
    );
    let root = debian(&halves);
    let said = check(&root, &[access(&json!({}))]).ended(2);
    assert_eq!(drift(&said).iter().filter(|drift| drift.starts_with("any_source: ")).count(), 3);
    enforce(&root, &[access(&json!({}))]);
    assert_eq!(text(&root, SNMPD_CONF), "");
    check(&debian(&format!("rocommunity {SECRET} 10.0.0.0/8\n")), &[access(&json!({}))]).ended(0);
}

#[test]
fn a_com2sec_line_that_leads_nowhere_lets_nobody_in() {
    check(&debian("com2sec u default public\n"), &[access(&json!({ "purge": true }))]).ended(0);
}

#[test]
fn every_file_that_snmpd_reads_counts() {
    for path in [
        "etc/snmp/snmpd.local.conf",
        "etc/snmp/snmpd.conf.d/site.conf",
        "usr/share/snmp/snmpd.conf",
        "var/lib/snmp/snmpd.conf",
        "etc/snmp/site/included.conf",
    ] {
        let root = debian("includeDir /etc/snmp/snmpd.conf.d\nincludeFile site/included.conf\n");
        conf(&root, path, "# site\nrocommunity public\n");
        let said = check(&root, &[access(&json!({}))]).ended(2);
        assert!(drift(&said)[0].starts_with(&format!("weak: /{path}:2 ")), "{:?}", drift(&said));
        enforce(&root, &[access(&json!({}))]);
        assert_eq!(text(&root, path), "# site\n");
    }
    let root = debian("");
    conf(&root, "etc/snmp/snmp.conf", "mibs :\n[snmpd] rocommunity public\n");
    enforce(&root, &[access(&json!({}))]);
    assert_eq!(text(&root, "etc/snmp/snmp.conf"), "mibs :\n");
}

#[test]
fn what_snmpd_does_not_read_is_left_alone() {
    let root = debian("includeDir /etc/snmp/snmpd.conf.d\n");
    for path in
        ["etc/snmp/snmpd.conf.d/old.conf.bak", "etc/snmp/snmpd.conf.d/.hidden.conf", "etc/snmp/agent.conf"]
    {
        conf(&root, path, "rocommunity public\n");
    }
    check(&root, &[access(&json!({ "purge": true }))]).ended(0);
}

#[test]
fn v3_only_switches_both_versions_off_for_the_library() {
    let root = debian(&format!("[snmp] disableSNMPv1 no\n{}", without(DEBIAN, "public")));
    let v3_only = [access(&json!({ "versions": "v3_only" }))];
    let said = check(&root, &v3_only).ended(2);
    assert_eq!(
        drift(&said),
        ["versions: no line switches SNMPv1 off", "versions: no line switches SNMPv2c off"]
    );
    enforce(&root, &v3_only);
    assert_eq!(text(&root, SNMPD_CONF), without(DEBIAN, "public"));
    assert_eq!(
        text(&root, DROP_IN),
        "[snmp] disableSNMPv1 yes # standfast\n[snmp] disableSNMPv2c yes # standfast\n"
    );
}

#[test]
fn a_switch_without_its_section_is_an_unknown_word_and_does_nothing() {
    let root = debian("disableSNMPv1 yes\ndisableSNMPv2c yes\n");
    let said = check(&root, &[access(&json!({ "versions": "v3_only" }))]).ended(2);
    assert_eq!(drift(&said).len(), 2);
}

#[test]
fn v3_only_is_refused_where_v3_is_off() {
    let root = debian("[snmp] disableSNMPv3 yes\n");
    let said = check(&root, &[access(&json!({ "versions": "v3_only" }))]).ended(2);
    assert_eq!(
        said.outcome()["blocked"],
        "/etc/snmp/snmpd.conf:1 switches SNMPv3 off: without SNMPv1 and v2c nothing would be left"
    );
}

/// A release whose snmpd is older than the switches.
fn centos_6(snmpd_conf: &str) -> TempRoot {
    let root = red_hat(snmpd_conf);
    root.write("etc/os-release", b"ID=centos\nVERSION_ID=6.10\n");
    root
}

#[test]
fn an_old_snmpd_without_the_switches_loses_its_communities_instead() {
    let conf = format!("rocommunity {SECRET} 10.0.0.0/8\nrouser mon priv\n");
    let root = centos_6(&conf);
    check(&root, &[access(&json!({}))]).ended(0);
    let v3_only = [access(&json!({ "versions": "v3_only" }))];
    let said = check(&root, &v3_only).ended(2);
    assert!(drift(&said)[0].ends_with("this snmpd cannot switch SNMPv1 and v2c off"), "{:?}", drift(&said));
    enforce(&root, &v3_only);
    assert_eq!(text(&root, SNMPD_CONF), "rouser mon priv\n");
}

#[test]
fn what_is_declared_and_forbidden_is_an_error_that_names_the_resource_and_the_rest_is_enforced() {
    let root = debian(&format!("rocommunity public\nrwcommunity {SECRET} 10.0.0.0/8\n"));
    let resources = [access(&json!({})), nms(&json!({ "access": "rw" }))];
    let said = run(&root, "apply", &resources);
    assert_eq!(said.code, 4);
    assert_eq!(text(&root, SNMPD_CONF), format!("rwcommunity {SECRET} 10.0.0.0/8\n"));
    let reason = drift(&said)[0].clone();
    assert!(reason.ends_with("snmp_community[nms] declares it: change that first"), "{reason}");
    assert_eq!(
        said.json()[1]["error"],
        "snmp_community[nms] is against snmp_access: `write` is forbid, and `access` is rw"
    );
}

#[test]
fn two_resources_for_access_as_a_whole_are_refused() {
    let mut other = access(&json!({}));
    other["title"] = json!("other");
    let said = run(&debian(""), "check", &[access(&json!({})), other]).ended(4);
    assert!(said.json()[0]["error"].as_str().unwrap().starts_with("snmp_access is there twice"));
}

#[test]
fn twenty_thousand_lines_are_one_edit() {
    let mut text_before = String::new();
    for number in 0..20_000 {
        text_before +=
            &format!("rocommunity {SECRET}{number} 10.{}.{}.0/24\n", number % 256, number / 256 % 256);
    }
    text_before += "rocommunity public\n";
    let root = debian(&text_before);
    run(&root, "apply", &[access(&json!({}))]).ended(2);
    assert_eq!(text(&root, SNMPD_CONF), without(&text_before, "public"));
}
