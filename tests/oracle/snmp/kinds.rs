//! The kinds of SNMP on a machine with a running snmpd: what was desired is what the network sees.

use std::path::Path;

use serde_json::{Value, json};

use super::monitoring::Monitoring;
use super::packet::Version;
use crate::net::{Host, Package};

const SNMPD_CONF: &str = "/etc/snmp/snmpd.conf";
const DROP_IN: &str = "/etc/snmp/snmpd.conf.d/zz-standfast.conf";
const SECRET: &[u8] = b"hT7-kq9.Vx2_mB4zuu";

/// Debian's own file, but that others can reach the daemon.
fn stock() -> Host {
    let host = Host::new(&[Package::Snmpd]);
    let stock = String::from_utf8(host.read(SNMPD_CONF)).unwrap();
    host.write(SNMPD_CONF, stock.replace("agentaddress  127.0.0.1,[::1]", "agentaddress udp:161,udp6:161"));
    host.run(&["chown", "root:Debian-snmp", SNMPD_CONF]);
    host.run(&["chmod", "0640", SNMPD_CONF]);
    host
}

fn nms() -> Value {
    let parameters = json!({
        "community": String::from_utf8_lossy(SECRET), "sources": ["192.0.2.2", "2001:db8::2"], "view": "systemonly",
    });
    json!({ "type": "snmp_community", "title": "nms", "parameters": parameters })
}

fn access(parameters: &Value) -> Value {
    json!({ "type": "snmp_access", "title": "main", "parameters": parameters })
}

/// Runs standfast on the machine with these resources, and gives its exit code and its outcomes.
fn standfast(host: &Host, arguments: &[&str], resources: &[Value]) -> (i32, Value) {
    host.write("/run/resources", json!(resources).to_string());
    let script = "\"$@\" < /run/resources";
    let mut argv = vec!["sh", "-c", script, "sh", env!("CARGO_BIN_EXE_standfast")];
    argv.extend(arguments);
    let output = host.bounded(&argv).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let said = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr));
    });
    (output.status.code().unwrap(), said)
}

fn check(host: &Host, resources: &[Value]) -> (i32, Value) {
    standfast(host, &["check", "-"], resources)
}

fn apply(host: &Host, resources: &[Value]) -> (i32, Value) {
    standfast(host, &["apply", "-", "--reload"], resources)
}

fn mode(host: &Host, path: &str) -> String {
    host.run(&["stat", "-c", "%a %U:%G", path]).trim().to_owned()
}

#[test]
fn public_is_closed_and_monitoring_goes_on() {
    let host = stock();
    let monitoring = Monitoring::start(&host);
    assert!(monitoring.answers(Version::V2c, b"public") && monitoring.answers(Version::V1, b"public"));
    let resources = [access(&json!({ "purge": true })), nms()];
    assert_eq!(check(&host, &resources).0, 2);
    assert_eq!(apply(&host, &resources).0, 2);
    monitoring.wait_until_answers(SECRET);
    assert!(!monitoring.answers(Version::V2c, b"public") && !monitoring.answers(Version::V1, b"public"));
    assert_eq!(check(&host, &resources).0, 0);
    assert_eq!(mode(&host, DROP_IN), "640 root:Debian-snmp");
}

#[test]
fn what_apply_leaves_behind_snmpd_can_read_again_after_each_sighup() {
    let host = stock();
    let resources = [access(&json!({})), nms()];
    // A file of root's alone is read at the start, before the daemon drops its rights, and never again.
    assert_eq!(standfast(&host, &["apply", "-"], &resources).0, 2);
    for file in [SNMPD_CONF, DROP_IN] {
        host.run(&["chmod", "0600", file]);
        host.run(&["chown", "root:root", file]);
    }
    let monitoring = Monitoring::start(&host);
    monitoring.wait_until_answers(SECRET);
    let (code, said) = check(&host, &resources);
    assert_eq!(code, 2);
    let reason = said[1]["drift"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("cannot be read by snmpd"), "{said}");
    assert_eq!(apply(&host, &resources).0, 2);
    assert_eq!(mode(&host, DROP_IN), "640 root:Debian-snmp");
    for _ in 0..2 {
        monitoring.daemon.signal("HUP");
        monitoring.wait_until_answers(SECRET);
    }
}

#[test]
fn a_grant_in_the_file_that_snmpd_writes_itself_is_not_touched_while_it_runs() {
    let host = stock();
    let monitoring = Monitoring::start(&host);
    let own = "/var/lib/snmp/snmpd.conf";
    let before = String::from_utf8(host.read(own)).unwrap();
    host.write(own, format!("{before}rocommunity public\n"));
    host.run(&["sed", "-i", "/^ro.*public/d", SNMPD_CONF]);
    monitoring.daemon.signal("HUP");
    monitoring.wait_until_answers(b"public");
    let (code, said) = apply(&host, &[access(&json!({}))]);
    assert_eq!(code, 4, "{said}");
    let reason = said[0]["drift"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("stop snmpd, take the line out, start it"), "{said}");
    assert!(String::from_utf8(host.read(own)).unwrap().ends_with("rocommunity public\n"));
}

#[test]
fn a_grant_on_the_command_line_names_the_process() {
    let host = stock();
    host.run(&["sed", "-i", "/^ro.*public/d", SNMPD_CONF]);
    let monitoring = Monitoring::start_with(&host, &["--rocommunity=public"]);
    assert!(monitoring.answers(Version::V2c, b"public"));
    let (code, said) = check(&host, &[access(&json!({}))]);
    assert_eq!(code, 2);
    let pid = monitoring.daemon.pid();
    let reason = said[0]["drift"][0]["reason"].as_str().unwrap();
    assert!(
        reason.starts_with(&format!("the command line of snmpd (process {pid}) lets a community in: ")),
        "{said}"
    );
    assert!(said[0]["blocked"].is_string(), "{said}");
    assert_eq!(apply(&host, &[access(&json!({}))]).0, 4);
}

#[test]
fn versions_are_switched_off_by_sighup_and_the_daemon_is_told() {
    let host = stock();
    host.run(&["sed", "-i", "/^ro.*public/d", SNMPD_CONF]);
    let config = String::from_utf8(host.read(SNMPD_CONF)).unwrap();
    let line = format!("rocommunity {} 192.0.2.2\n", String::from_utf8_lossy(SECRET));
    host.write(SNMPD_CONF, format!("{config}{line}"));
    let monitoring = Monitoring::start(&host);
    assert!(monitoring.answers(Version::V1, SECRET) && monitoring.answers(Version::V2c, SECRET));
    assert_eq!(apply(&host, &[access(&json!({ "versions": "v3_only" }))]).0, 2);
    monitoring.wait_until_silent(SECRET);
    assert!(!monitoring.answers(Version::V1, SECRET) && !monitoring.answers(Version::V2c, SECRET));
}

#[test]
fn an_address_that_is_still_open_is_told_until_snmpd_is_started_anew() {
    let host = stock();
    host.run(&["sed", "-i", "/^ro.*public/d", SNMPD_CONF]);
    let resources = [access(&json!({ "agent_address": ["127.0.0.1", "[::1]"] }))];
    let monitoring = Monitoring::start(&host);
    let (_, said) = standfast(&host, &["apply", "-"], &resources);
    assert_eq!(said[0]["reloads"][0]["action"], "restart", "{said}");
    let (code, said) = check(&host, &resources);
    assert_eq!(code, 2, "{said}");
    let reason = said[0]["drift"][0]["reason"].as_str().unwrap_or_else(|| panic!("{said}"));
    assert!(reason.contains("snmpd opens its addresses when it starts, and not after SIGHUP"), "{said}");
    monitoring.daemon.signal("HUP");
    assert_eq!(check(&host, &resources).0, 2, "SIGHUP is not enough");
    monitoring.daemon.stop();
    let _daemon = Monitoring::start(&host);
    assert_eq!(check(&host, &resources).0, 0);
    assert!(host.root().read(Path::new(SNMPD_CONF)).is_ok());
}

#[test]
fn a_level_that_is_raised_holds_for_the_user() {
    let host = stock();
    host.run(&["sed", "-i", "/^ro.*public/d; s/^rouser.*/rouser mon/", SNMPD_CONF]);
    host.write("/var/lib/snmp/snmpd.conf", "createUser mon SHA-256 correct-horse AES battery-staple\n");
    host.run(&["chmod", "0600", "/var/lib/snmp/snmpd.conf"]);
    host.run(&["chown", "Debian-snmp:Debian-snmp", "/var/lib/snmp/snmpd.conf"]);
    let monitoring = Monitoring::start(&host);
    let get = |level: &str| {
        let user =
            ["-v3", "-u", "mon", "-a", "SHA-256", "-A", "correct-horse", "-x", "AES", "-X", "battery-staple"];
        let mut argv = vec!["env", "MIBS=", "snmpget", "-t", "0.3", "-r", "0", "-l", level];
        argv.extend(user);
        argv.extend(["192.0.2.1", ".1.3.6.1.2.1.1.1.0"]);
        host.bounded(&argv).output().unwrap().status.success()
    };
    assert!(get("authNoPriv") && get("authPriv"));
    assert_eq!(apply(&host, &[access(&json!({ "users": "auth_priv" }))]).0, 2);
    while get("authNoPriv") {
        assert!(monitoring.daemon.runs());
    }
    assert!(get("authPriv"));
}

#[test]
fn without_snmpd_nobody_is_let_in_and_no_community_is_in_force() {
    let host = stock();
    host.run(&["sh", "-c", "rm /usr/sbin/snmpd /lib/systemd/system/snmpd.service"]);
    assert_eq!(check(&host, &[access(&json!({ "purge": true }))]).0, 0);
    let (code, said) = check(&host, &[nms()]);
    assert_eq!((code, said[0]["blocked"].as_str()), (2, Some("snmpd is not installed")));
}
