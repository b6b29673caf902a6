//! Files that hold communities: root and snmpd may read them, also after it has dropped its rights.

use serde_json::json;

use super::root::{
    DEBIAN_SNMP, DROP_IN, SECRET, SNMPD_CONF, access, check, conf, debian, drift, enforce, nms, permissions,
    permit, red_hat,
};

const CONF: &str = "rocommunity hT7-kq9.Vx2_mB4zuu 10.0.0.0/8\n";

#[test]
fn whoever_else_may_read_a_file_with_a_community_is_one_too_many() {
    for (mode, group) in [(0o644, 0), (0o664, 0), (0o640, 4), (0o666, DEBIAN_SNMP), (0o660, DEBIAN_SNMP)] {
        let root = debian(CONF);
        permit(&root, SNMPD_CONF, mode, group);
        let said = check(&root, &[access(&json!({}))]).ended(2);
        assert_eq!(
            drift(&said),
            [
                "modes: /etc/snmp/snmpd.conf holds a community or a key, and others than root and snmpd may read or change it"
            ]
        );
        enforce(&root, &[access(&json!({}))]);
        assert_eq!(permissions(&root, SNMPD_CONF), (0o640, 0, DEBIAN_SNMP), "{mode:o} {group}");
    }
}

#[test]
fn on_red_hat_root_alone_reads_it() {
    let root = red_hat(CONF);
    check(&root, &[access(&json!({}))]).ended(0);
    permit(&root, SNMPD_CONF, 0o644, 0);
    enforce(&root, &[access(&json!({}))]);
    assert_eq!(permissions(&root, SNMPD_CONF), (0o600, 0, 0));
}

#[test]
fn a_file_of_roots_alone_works_until_the_next_sighup_and_is_opened_to_snmpd() {
    let root = debian(CONF);
    permit(&root, SNMPD_CONF, 0o600, 0);
    let said = check(&root, &[access(&json!({}))]).ended(2);
    assert!(
        drift(&said)[0].ends_with("cannot be read by snmpd (user 112, group 112) once it runs: after SIGHUP it would drop the access that this file gives"),
        "{:?}",
        drift(&said)
    );
    enforce(&root, &[access(&json!({}))]);
    assert_eq!(permissions(&root, SNMPD_CONF), (0o640, 0, DEBIAN_SNMP));
}

#[test]
fn the_file_that_snmpd_writes_itself_keeps_its_owner() {
    let root = debian("");
    conf(&root, "var/lib/snmp/snmpd.conf", "usmUser 1 3 0x80 0x6d 0x6d NULL .1 0x00 .1 0x00 0x\n");
    std::os::unix::fs::chown(root.path("var/lib/snmp/snmpd.conf"), Some(DEBIAN_SNMP), Some(DEBIAN_SNMP))
        .unwrap();
    permit_mode(&root, "var/lib/snmp/snmpd.conf", 0o644);
    enforce(&root, &[access(&json!({}))]);
    assert_eq!(permissions(&root, "var/lib/snmp/snmpd.conf"), (0o600, DEBIAN_SNMP, DEBIAN_SNMP));
}

fn permit_mode(root: &crate::temp_root::TempRoot, path: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(root.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_file_without_secrets_may_be_read_by_all() {
    let root = debian("syslocation public\nview v included .1\n");
    permit(&root, SNMPD_CONF, 0o644, 0);
    check(&root, &[access(&json!({}))]).ended(0);
}

#[test]
fn modes_that_are_only_reported_stay() {
    let root = debian(CONF);
    permit(&root, SNMPD_CONF, 0o644, 0);
    check(&root, &[access(&json!({ "modes": "report" }))]).ended(0);
}

#[test]
fn a_file_that_all_may_read_is_closed_before_a_community_comes_into_it() {
    let root = debian("includeDir /etc/snmp/snmpd.conf.d\n");
    conf(&root, DROP_IN, "# mine\n");
    permit(&root, DROP_IN, 0o644, 0);
    enforce(&root, &[nms(&json!({}))]);
    assert_eq!(permissions(&root, DROP_IN), (0o640, 0, DEBIAN_SNMP));
}

#[test]
fn the_mode_of_its_file_is_part_of_a_community_that_is_in_sync() {
    let root = debian(CONF);
    assert!(CONF.contains(SECRET));
    permit(&root, SNMPD_CONF, 0o644, DEBIAN_SNMP);
    let said = check(&root, &[nms(&json!({}))]).ended(2);
    assert!(drift(&said)[0].starts_with("modes: /etc/snmp/snmpd.conf holds"), "{:?}", drift(&said));
    enforce(&root, &[nms(&json!({}))]);
    assert_eq!(permissions(&root, SNMPD_CONF), (0o640, 0, DEBIAN_SNMP));
}

#[test]
fn a_file_without_secrets_that_snmpd_cannot_read_again_takes_its_includes_and_views_with_it() {
    let root = debian("includeDir /etc/snmp/snmpd.conf.d\n");
    permit(&root, SNMPD_CONF, 0o600, 0);
    enforce(&root, &[nms(&json!({}))]);
    assert_eq!(permissions(&root, SNMPD_CONF), (0o640, 0, DEBIAN_SNMP));
}

#[test]
fn a_file_in_a_directory_of_snmpds_own_is_for_a_person() {
    let root = debian("");
    conf(&root, "var/lib/snmp/snmpd.conf", "createUser mon SHA-256 correct-horse AES battery-staple\n");
    permit_mode(&root, "var/lib/snmp/snmpd.conf", 0o644);
    std::os::unix::fs::chown(root.path("var/lib/snmp"), Some(DEBIAN_SNMP), Some(DEBIAN_SNMP)).unwrap();
    let said = check(&root, &[access(&json!({}))]).ended(2);
    assert!(
        drift(&said)[0].ends_with("its directory is snmpd's own: give it 0600 by hand"),
        "{:?}",
        drift(&said)
    );
}

#[test]
fn a_file_that_loses_its_last_secret_may_be_read_as_before() {
    let root = debian("");
    conf(&root, "etc/snmp/snmp.conf", "mibs :\n[snmpd] rocommunity public\n");
    permit(&root, "etc/snmp/snmp.conf", 0o644, 0);
    enforce(&root, &[access(&json!({}))]);
    assert_eq!(permissions(&root, "etc/snmp/snmp.conf"), (0o644, 0, 0), "other users' tools read it");
}
