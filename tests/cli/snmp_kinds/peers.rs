//! What other tools were seen to say of snmpd.conf, or to do to it: each must not be so here.

use serde_json::json;

use super::root::{DEBIAN, SECRET, SNMPD_CONF, access, check, conf, debian, drift, enforce, nms, run, text};

#[test]
fn a_community_that_may_write_is_found_though_it_is_no_com2sec_line() {
    // One scanner reads com2sec alone: "Checking SNMP community strings [OK]", while snmpset -c private succeeded.
    let said = check(&debian("rocommunity public\nrwcommunity private\n"), &[access(&json!({}))]).ended(2);
    let drift = drift(&said);
    for property in ["weak", "any_source", "write"] {
        assert!(
            drift.iter().any(|drift| drift.starts_with(&format!("{property}: /etc/snmp/snmpd.conf:2 "))),
            "{drift:?}"
        );
    }
}

#[test]
fn a_com2sec_line_without_group_and_access_is_no_alarm() {
    // The same scanner: WARNING, where the daemon answers nothing.
    check(&debian("com2sec ro 127.0.0.1 public\n"), &[access(&json!({}))]).ended(0);
}

#[test]
fn two_halves_of_all_addresses_do_not_pass_for_a_restriction() {
    // A benchmark for ntpd passes `restrict 0.0.0.0 mask 128.0.0.0` twice; here it is sources.
    let halves = format!("rocommunity {SECRET} 0.0.0.0/1\nrocommunity {SECRET} 128.0.0.0/1\n");
    assert_eq!(drift(&check(&debian(&halves), &[access(&json!({}))]).ended(2)).len(), 2);
}

#[test]
fn a_location_that_holds_the_word_private_is_no_alarm() {
    // A benchmark fails `sysLocation private cage 4`.
    let conf =
        format!("sysLocation private cage 4\nsysContact public relations\nrocommunity {SECRET} 10.0.0.0/8\n");
    check(&debian(&conf), &[access(&json!({}))]).ended(0);
}

#[test]
fn a_default_community_in_an_included_file_and_one_that_is_not_public_are_found() {
    // The same benchmark passes both.
    let root = debian("includeDir /etc/snmp/snmpd.conf.d\n");
    conf(&root, "etc/snmp/snmpd.conf.d/site.conf", "rocommunity public 10.0.0.0/8\n");
    assert_eq!(drift(&check(&root, &[access(&json!({}))]).ended(2)).len(), 1);
    assert_eq!(
        drift(&check(&debian("rocommunity cisco 10.0.0.0/8\n"), &[access(&json!({}))]).ended(2)).len(),
        1
    );
}

#[test]
fn a_change_touches_the_line_that_grants_and_no_other_that_holds_the_word() {
    // Its remediation is s/public/NEW/: it changed a comment, the name of a user, the path of a program, only the first
    // of two hits, and put a published word in place.
    let others = "\
# the public community is for the public
sysLocation public library
com2sec public 192.0.2.0/24 hT7-kq9.Vx2_mB4zuu
group public v2c public
access public \"\" any noauth exact _all_ none none
extend-sh public-check /usr/local/bin/public/check public public
view public included .1
";
    let root =
        debian(&format!("rocommunity public default -V public # public\n{others}rocommunity6 public\n"));
    enforce(&root, &[access(&json!({}))]);
    assert_eq!(text(&root, SNMPD_CONF), others);
}

#[test]
fn no_report_holds_a_community_not_even_a_default_one() {
    // Its result file, which all may read, holds the line.
    let root = debian("rocommunity private default\nrwcommunity secretprivatesecret 10.0.0.0/8\n");
    for command in [
        &["check"][..],
        &["check", "-v"],
        &["check", "--format", "json"],
        &["check", "--format", "monitoring"],
    ] {
        let policy = "[snmp_access main]\npurge = true\n";
        let said = root.run_policy(&command.join(" "), policy, &[]);
        assert!(matches!(said.code, 1 | 2), "{said:?}");
        assert!(!said.out.contains("private") && !said.err.contains("private"), "{said:?}");
    }
}

#[test]
fn a_drop_in_does_not_pass_for_a_revocation() {
    // What a managed block does: communities outside of it stay.
    let root = debian(DEBIAN);
    enforce(&root, &[nms(&json!({}))]);
    assert!(text(&root, SNMPD_CONF).contains("public"), "nobody asked for more");
    let said = run(&root, "apply", &[nms(&json!({})), access(&json!({ "purge": true }))]).ended(2);
    assert!(!text(&root, SNMPD_CONF).contains("public"), "{said:?}");
}
