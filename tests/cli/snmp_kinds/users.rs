//! `users => auth_priv`: levels are written, keys are told.

use serde_json::json;

use super::root::{SNMPD_CONF, access, check, conf, debian, drift, enforce, run, text};

/// Keys as snmpd saves them: of `good` SHA-256 and AES, of `sha` SHA and AES, of `old` MD5 and DES, of `half` SHA-256
/// alone.
const SAVED: &str = "\
usmUser 1 3 0x80001f88 0x676f6f64 0x676f6f64 NULL .1.3.6.1.6.3.10.1.1.5 0xaa .1.3.6.1.6.3.10.1.2.4 0xbb 0x
usmUser 1 3 0x80001f88 0x736861 0x736861 NULL .1.3.6.1.6.3.10.1.1.3 0xaa .1.3.6.1.6.3.10.1.2.4 0xbb 0x
usmUser 1 3 0x80001f88 0x6f6c64 0x6f6c64 NULL .1.3.6.1.6.3.10.1.1.2 0xaa .1.3.6.1.6.3.10.1.2.2 0xbb 0x
usmUser 1 3 0x80001f88 0x68616c66 0x68616c66 NULL .1.3.6.1.6.3.10.1.1.5 0xaa .1.3.6.1.6.3.10.1.2.1 0x 0x
";
const SAVED_FILE: &str = "var/lib/snmp/snmpd.conf";

fn with_keys(snmpd_conf: &str) -> crate::temp_root::TempRoot {
    let root = debian(snmpd_conf);
    conf(&root, SAVED_FILE, SAVED);
    root
}

fn auth_priv() -> serde_json::Value {
    access(&json!({ "users": "auth_priv" }))
}

#[test]
fn a_user_with_a_key_for_encryption_must_use_it_from_then_on() {
    let root = with_keys("rouser good\nrouser  good auth -V v # NMS\nview v included .1\n");
    let said = check(&root, &[auth_priv()]).ended(2);
    let drift_of =
        |line| format!("users: /etc/snmp/snmpd.conf:{line}: the user `good` is let in without encryption");
    assert_eq!(drift(&said), [drift_of(1), drift_of(2)]);
    enforce(&root, &[auth_priv()]);
    assert_eq!(
        text(&root, SNMPD_CONF),
        "rouser good priv\nrouser  good priv -V v # NMS\nview v included .1\n"
    );
}

#[test]
fn a_user_who_needs_no_key_is_told_as_such() {
    let root = with_keys("rwuser good noauth\n");
    let said = check(&root, &[auth_priv()]).ended(2);
    assert_eq!(drift(&said), ["users: /etc/snmp/snmpd.conf:1: the user `good` is let in without any key"]);
    enforce(&root, &[auth_priv()]);
    assert_eq!(text(&root, SNMPD_CONF), "rwuser good priv\n");
}

#[test]
fn users_that_sign_and_encrypt_are_in_sync_and_those_who_do_not_exist_do_not_matter() {
    check(&with_keys("rouser good priv\nrouser authPrivUser authpriv\nrouser nobody\n"), &[auth_priv()])
        .ended(0);
}

#[test]
fn a_weak_key_is_told_with_what_to_do_and_nothing_is_written() {
    let root = with_keys("rouser old priv\n");
    let said = check(&root, &[auth_priv()]).ended(2);
    let reason = drift(&said)[0].clone();
    assert!(
        reason.starts_with("users: /var/lib/snmp/snmpd.conf:3: the user `old` has MD5 and DES: "),
        "{reason}"
    );
    for step in [
        "stop snmpd",
        "remove the usmUser line",
        "createUser NAME SHA-256 PASSPHRASE AES PASSPHRASE",
        "start snmpd",
    ] {
        assert!(reason.contains(step), "{step}: {reason}");
    }
    let before = root.tree("etc");
    run(&root, "apply", &[auth_priv()]).ended(4);
    crate::temp_root::assert_unchanged(&before, &root.tree("etc"));
}

#[test]
fn a_user_without_a_key_for_encryption_is_not_locked_out() {
    let root = with_keys("rouser half\n");
    let said = check(&root, &[auth_priv()]).ended(2);
    let drift = drift(&said);
    assert!(drift[0].contains("the user `half` has no encryption"), "{drift:?}");
    assert!(
        drift[1].ends_with("it has no key for encryption, and would be locked out by `priv`"),
        "{drift:?}"
    );
    run(&root, "apply", &[auth_priv()]).ended(4);
    assert_eq!(text(&root, SNMPD_CONF), "rouser half\n");
}

#[test]
fn sha_1_is_weak_where_snmpd_knows_sha_2_and_the_best_there_is_before() {
    let root = with_keys("rouser sha priv\n");
    assert!(drift(&check(&root, &[auth_priv()]).ended(2))[0].contains("the user `sha` has SHA-1"));
    root.write("etc/os-release", b"ID=debian\nVERSION_ID=9\n");
    check(&root, &[auth_priv()]).ended(0);
}

#[test]
fn what_a_person_must_do_does_not_keep_the_rest_from_being_done() {
    let root = with_keys("rocommunity public\nrouser old\n");
    run(&root, "apply", &[auth_priv()]).ended(4);
    assert_eq!(text(&root, SNMPD_CONF), "rouser old priv\n");
}

#[test]
fn a_passphrase_in_clear_is_not_shown() {
    let root = debian("createUser mon MD5 correct-horse DES battery-staple\nrouser mon\n");
    let said = run(&root, "check", &[auth_priv()]).ended(2);
    assert!(!said.out.contains("horse") && !said.out.contains("staple"), "{said:?}");
}
