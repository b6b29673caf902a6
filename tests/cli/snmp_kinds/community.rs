//! `snmp_community`: in sync means that these addresses get this access, and no others any.

use serde_json::json;

use super::root::{
    DEBIAN, DEBIAN_SNMP, DROP_IN, OTHER, RED_HAT, SECRET, SNMPD_CONF, check, conf, debian, drift, enforce,
    nms, permissions, red_hat, text,
};

/// snmpd.conf of Debian without its communities.
const QUIET: &str = "view systemonly included .1.3.6.1.2.1.1\nincludeDir /etc/snmp/snmpd.conf.d\n";

#[test]
fn a_community_gets_a_line_for_each_source_in_the_included_directory() {
    let root = debian(QUIET);
    let sources = json!({ "sources": ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"], "view": "systemonly" });
    enforce(&root, &[nms(&sources)]);
    let line = |six: &str, source: &str| {
        format!("rocommunity{six} {SECRET} {source} -V systemonly # standfast: nms\n")
    };
    let lines = [line("", "10.0.0.0/8"), line("", "192.0.2.7"), line("6", "2001:db8::/32")];
    assert_eq!(text(&root, DROP_IN), lines.concat());
    assert_eq!(permissions(&root, DROP_IN), (0o640, 0, DEBIAN_SNMP));
    assert_eq!(text(&root, SNMPD_CONF), QUIET);
}

#[test]
fn without_an_included_directory_the_line_goes_into_snmpd_conf() {
    let root = red_hat("syslocation here");
    enforce(&root, &[nms(&json!({}))]);
    assert_eq!(
        text(&root, SNMPD_CONF),
        format!("syslocation here\nrocommunity {SECRET} 10.0.0.0/8 # standfast: nms\n")
    );
    assert_eq!(permissions(&root, SNMPD_CONF), (0o600, 0, 0));
}

#[test]
fn a_line_of_the_admins_own_that_does_the_same_is_in_sync() {
    let root = debian(&format!("{QUIET}rocommunity \"{SECRET}\"   10.0.0.0/255.0.0.0\n"));
    check(&root, &[nms(&json!({}))]).ended(0);
}

#[test]
fn an_earlier_line_that_gives_more_is_named_and_goes_where_it_stands() {
    let root = debian(&format!("rwcommunity {SECRET} 10.0.0.0/8\n{QUIET}"));
    conf(&root, DROP_IN, &format!("rocommunity {SECRET} 10.0.0.0/8 # standfast: nms\n"));
    let said = check(&root, &[nms(&json!({}))]).ended(2);
    assert_eq!(drift(&said), ["access: /etc/snmp/snmpd.conf:1 decides for 10.0.0.0/8: the first match wins"]);
    assert_eq!(said.outcome()["drift"][0]["is"], "rw everything from 10.0.0.0/8");
    assert_eq!(said.outcome()["drift"][0]["should"], "ro everything from 10.0.0.0/8");
    enforce(&root, &[nms(&json!({}))]);
    assert_eq!(text(&root, SNMPD_CONF), QUIET);
}

#[test]
fn a_line_that_lets_the_community_in_from_elsewhere_is_drift_and_goes() {
    let root = debian(&format!("{QUIET}rocommunity {SECRET}\n"));
    let said = check(&root, &[nms(&json!({}))]).ended(2);
    assert_eq!(drift(&said), ["sources: /etc/snmp/snmpd.conf:3 lets it in from anywhere"]);
    enforce(&root, &[nms(&json!({}))]);
    assert_eq!(text(&root, SNMPD_CONF), QUIET);
    assert_eq!(text(&root, DROP_IN), format!("rocommunity {SECRET} 10.0.0.0/8 # standfast: nms\n"));
}

#[test]
fn ipv6_is_judged_apart_from_ipv4() {
    let root = debian(&format!("{QUIET}rocommunity {SECRET} 10.0.0.0/8\nrocommunity6 {SECRET}\n"));
    let said = check(&root, &[nms(&json!({}))]).ended(2);
    assert_eq!(drift(&said), ["sources: /etc/snmp/snmpd.conf:4 lets it in from anywhere"]);
    enforce(&root, &[nms(&json!({ "sources": ["10.0.0.0/8", "2001:db8::/32"] }))]);
    assert_eq!(text(&root, DROP_IN), format!("rocommunity6 {SECRET} 2001:db8::/32 # standfast: nms\n"));
}

#[test]
fn of_a_chain_the_com2sec_line_goes_and_the_rest_stays() {
    let root = red_hat(&RED_HAT.replace("public", SECRET));
    enforce(&root, &[nms(&json!({ "view": "systemview" }))]);
    let mut should: Vec<_> = RED_HAT.lines().skip(1).map(str::to_owned).collect();
    should.push(format!("rocommunity {SECRET} 10.0.0.0/8 -V systemview # standfast: nms"));
    assert_eq!(text(&root, SNMPD_CONF).lines().collect::<Vec<_>>(), should);
}

#[test]
fn a_chain_that_gives_the_same_is_in_sync() {
    let chain = RED_HAT.replace("public", SECRET).replace("default  ", "10.0.0.0/8");
    check(&red_hat(&chain), &[nms(&json!({ "view": "systemview" }))]).ended(0);
}

#[test]
fn a_new_community_takes_the_place_of_the_old_one() {
    let root = debian(QUIET);
    enforce(&root, &[nms(&json!({ "community": OTHER, "sources": ["10.0.0.0/8", "192.0.2.7"] }))]);
    let said = check(&root, &[nms(&json!({ "sources": ["10.0.0.0/8", "192.0.2.7"] }))]).ended(2);
    let own = "/etc/snmp/snmpd.conf.d/zz-standfast.conf:1 was written for this resource, and is for another community";
    assert_eq!(drift(&said)[0], format!("community: {own}"));
    enforce(&root, &[nms(&json!({ "sources": ["10.0.0.0/8", "192.0.2.7"] }))]);
    let line = |source: &str| format!("rocommunity {SECRET} {source} # standfast: nms\n");
    assert_eq!(text(&root, DROP_IN), line("10.0.0.0/8") + &line("192.0.2.7"));
}

#[test]
fn a_source_that_is_no_more_desired_goes() {
    let root = debian(QUIET);
    enforce(&root, &[nms(&json!({ "sources": ["10.0.0.0/8", "192.0.2.7"] }))]);
    enforce(&root, &[nms(&json!({}))]);
    assert_eq!(text(&root, DROP_IN), format!("rocommunity {SECRET} 10.0.0.0/8 # standfast: nms\n"));
}

#[test]
fn absent_by_name_takes_our_own_lines_and_restores_the_former_bytes() {
    let root = debian(DEBIAN);
    enforce(&root, &[nms(&json!({}))]);
    let absent = json!({ "type": "snmp_community", "title": "nms", "parameters": { "ensure": "absent" } });
    enforce(&root, &[absent]);
    assert!(!root.path(DROP_IN).exists(), "a file of ours that is empty goes");
    assert_eq!(text(&root, SNMPD_CONF), DEBIAN);
}

#[test]
fn absent_with_the_community_takes_all_lines_that_let_it_in() {
    let root = debian(&format!(
        "com2sec u default {SECRET}\nrwcommunity6 {SECRET}\nauthcommunity read {SECRET}\ncom2secunix u default {SECRET}\n\
         rocommunity other{SECRET} 10.0.0.0/8\n{QUIET}"
    ));
    let parameters = json!({ "ensure": "absent", "community": SECRET });
    enforce(&root, &[json!({ "type": "snmp_community", "title": "nms", "parameters": parameters })]);
    assert_eq!(text(&root, SNMPD_CONF), format!("rocommunity other{SECRET} 10.0.0.0/8\n{QUIET}"));
}

#[test]
fn a_community_from_a_file_of_roots_may_have_any_bytes() {
    let root = debian(QUIET);
    root.write("root/nms", b"k\xe9y 'of' \\the\\ #1 \"NMS\"\n");
    super::root::permit(&root, "root/nms", 0o600, 0);
    let resource = json!({
        "type": "snmp_community", "title": "nms",
        "parameters": { "community_file": "/root/nms", "sources": "10.0.0.0/8" },
    });
    enforce(&root, &[resource]);
    let line = b"rocommunity \"k\xe9y \\\\'of\\\\' \\\\\\\\the\\\\\\\\ #1 \\\"NMS\\\"\" 10.0.0.0/8 # standfast: nms\n";
    assert_eq!(root.read(DROP_IN), line);
}

#[test]
fn two_hundred_communities_are_two_hundred_lines_in_one_write() {
    let root = debian(QUIET);
    let resource = |number: usize| {
        let parameters = json!({ "community": format!("{SECRET}{number}"), "sources": ["10.0.0.0/8"] });
        json!({ "type": "snmp_community", "title": format!("nms {number}"), "parameters": parameters })
    };
    enforce(&root, &(0..200).map(resource).collect::<Vec<_>>());
    assert_eq!(text(&root, DROP_IN).lines().count(), 200);
}

#[test]
fn evidence_names_the_line_that_decides_and_not_the_community() {
    let root = debian(&format!("{QUIET}rocommunity {SECRET} 10.0.0.0/8\nrocommunity {SECRET} 10.0.0.0/16\n"));
    let said = super::root::run(&root, "check", &[nms(&json!({ "access": "rw" }))]).ended(2);
    let evidence = &said.outcome()["evidence"];
    assert_eq!(evidence[0]["effect"], "wins");
    assert_eq!((&evidence[0]["line"], &evidence[1]["line"]), (&json!(3), &json!(4)));
    assert_eq!(evidence[1]["effect"], "overridden");
    assert_eq!(evidence[0]["text"], "rocommunity <community> 10.0.0.0/8");
}

#[test]
fn behind_a_section_of_another_type_the_line_says_whose_it_is() {
    let root = red_hat("[snmp]\ndefVersion 3\n");
    enforce(&root, &[nms(&json!({}))]);
    let line = format!("[snmpd] rocommunity {SECRET} 10.0.0.0/8 # standfast: nms\n");
    assert_eq!(text(&root, SNMPD_CONF), format!("[snmp]\ndefVersion 3\n{line}"));
    enforce(&root, &[nms(&json!({ "community": OTHER }))]);
    assert_eq!(text(&root, SNMPD_CONF), format!("[snmp]\ndefVersion 3\n{}", line.replace(SECRET, OTHER)));
}
