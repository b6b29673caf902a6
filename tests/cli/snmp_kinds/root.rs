//! A root directory with snmpd in it, as the distributions have it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use serde_json::{Value, json};

use crate::said::Said;
use crate::temp_root::TempRoot;

pub(super) const SNMPD_CONF: &str = "etc/snmp/snmpd.conf";
pub(super) const DROP_IN: &str = "etc/snmp/snmpd.conf.d/zz-standfast.conf";

/// What a strong community looks like.
pub(super) const SECRET: &str = "hT7-kq9.Vx2_mB4zuu";

/// Another one.
pub(super) const OTHER: &str = "Qw3.rT8_yU1-oP6zxc";

/// The user and group of Debian's snmpd here.
pub(super) const DEBIAN_SNMP: u32 = 112;

/// What Debian 12 has, without its comments.
pub(super) const DEBIAN: &str = "\
sysLocation    Sitting on the Dock of the Bay
agentaddress  127.0.0.1,[::1]
view   systemonly  included   .1.3.6.1.2.1.1
view   systemonly  included   .1.3.6.1.2.1.25.1
rocommunity  public default -V systemonly
rocommunity6 public default -V systemonly
rouser authPrivUser authpriv -V systemonly
includeDir /etc/snmp/snmpd.conf.d
";

/// What RHEL has, without its comments.
pub(super) const RED_HAT: &str = "\
com2sec notConfigUser  default       public
group   notConfigGroup v1           notConfigUser
group   notConfigGroup v2c           notConfigUser
view    systemview    included   .1.3.6.1.2.1.1
view    systemview    included   .1.3.6.1.2.1.25.1.1
access  notConfigGroup \"\"      any       noauth    exact  systemview none none
syslocation Unknown (edit /etc/snmp/snmpd.conf)
";

const UNIT: &str = "[Service]\nExecStart=/usr/sbin/snmpd -LOw -u Debian-snmp -g Debian-snmp -I -smux -f\n";

/// Debian with this snmpd.conf.
pub(super) fn debian(snmpd_conf: &str) -> TempRoot {
    let root = TempRoot::without_module("ID=debian\nVERSION_ID=12\n");
    root.write("usr/sbin/snmpd", b"");
    root.write("lib/systemd/system/snmpd.service", UNIT.as_bytes());
    root.write("etc/passwd", b"root:x:0:0::/root:/bin/sh\nDebian-snmp:x:112:112::/var/lib/snmp:/bin/false\n");
    root.write("etc/group", b"root:x:0:\nDebian-snmp:x:112:\n");
    fs::create_dir_all(root.path("etc/snmp/snmpd.conf.d")).unwrap();
    conf(&root, SNMPD_CONF, snmpd_conf);
    root
}

/// RHEL with this snmpd.conf.
pub(super) fn red_hat(snmpd_conf: &str) -> TempRoot {
    let root = TempRoot::without_module("ID=rhel\nID_LIKE=fedora\nVERSION_ID=9.4\n");
    root.write("usr/sbin/snmpd", b"");
    root.write("etc/passwd", b"root:x:0:0::/root:/bin/sh\n");
    root.write("etc/group", b"root:x:0:\n");
    conf(&root, SNMPD_CONF, snmpd_conf);
    permit(&root, SNMPD_CONF, 0o600, 0);
    root
}

/// A file that root owns and snmpd's group may read.
pub(super) fn conf(root: &TempRoot, path: &str, text: &str) {
    root.write(path, text.as_bytes());
    permit(root, path, 0o640, DEBIAN_SNMP);
}

pub(super) fn permit(root: &TempRoot, path: &str, mode: u32, group: u32) {
    chown(root.path(path), Some(0), Some(group)).expect("these tests give files away: run them as root");
    fs::set_permissions(root.path(path), fs::Permissions::from_mode(mode)).unwrap();
}

/// Mode, owner and group.
pub(super) fn permissions(root: &TempRoot, path: &str) -> (u32, u32, u32) {
    let found = fs::metadata(root.path(path)).unwrap();
    (found.mode() & 0o7777, found.uid(), found.gid())
}

/// A file as text.
pub(super) fn text(root: &TempRoot, path: &str) -> String {
    String::from_utf8(root.read(path)).unwrap()
}

/// The resource `snmp_community[nms]` with the usual secret and these parameters beside.
pub(super) fn nms(parameters: &Value) -> Value {
    let mut all = json!({ "community": SECRET, "sources": ["10.0.0.0/8"] });
    all.as_object_mut().unwrap().extend(parameters.as_object().unwrap().clone());
    json!({ "type": "snmp_community", "title": "nms", "parameters": all })
}

/// The resource `snmp_access[main]` with these parameters.
pub(super) fn access(parameters: &Value) -> Value {
    json!({ "type": "snmp_access", "title": "main", "parameters": parameters })
}

/// Runs check or apply with these resources; nothing that is said may hold one of the secrets.
pub(super) fn run(root: &TempRoot, command: &str, resources: &[Value]) -> Said {
    let said = root.run_json(command, &json!(resources).to_string());
    for secret in [SECRET, OTHER] {
        assert!(!said.out.contains(secret) && !said.err.contains(secret), "{said:?}");
    }
    said
}

/// Checks, which changes nothing.
pub(super) fn check(root: &TempRoot, resources: &[Value]) -> Said {
    let before = root.tree("etc");
    let said = run(root, "check", resources);
    crate::temp_root::assert_unchanged(&before, &root.tree("etc"));
    said
}

/// Applies, and asserts that all is then in sync and that nothing is left to do.
pub(super) fn enforce(root: &TempRoot, resources: &[Value]) {
    run(root, "apply", resources).ended(2);
    let before = root.tree("etc");
    check(root, resources).ended(0);
    run(root, "apply", resources).ended(0);
    crate::temp_root::assert_unchanged(&before, &root.tree("etc"));
}

/// What differs, `property: reason` each.
pub(super) fn drift(said: &Said) -> Vec<String> {
    let outcomes = said.json();
    let drifts = outcomes.as_array().unwrap().iter().flat_map(|outcome| outcome["drift"].as_array().unwrap());
    let tell = |drift: &Value| {
        format!("{}: {}", drift["property"].as_str().unwrap(), drift["reason"].as_str().unwrap())
    };
    drifts.map(tell).collect()
}
