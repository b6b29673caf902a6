//! A running snmpd as `standfast explain snmp` and `standfast facts` see it.

use serde_json::Value;

use crate::net::{Host, Package};

fn json(host: &Host, arguments: &[&str]) -> Value {
    let output = host.standfast(arguments);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_files_are_those_of_the_process_and_not_those_of_the_unit() {
    let host = Host::new(&[Package::Snmpd]);
    host.write("/etc/snmp/snmpd.conf", "rocommunity main 192.0.2.2\n");
    host.write("/var/own/extra.conf", "rwcommunity extra 192.0.2.2\n");
    host.write("/var/own/.snmp/snmpd.conf", "rocommunity home 192.0.2.2\n");
    let before = json(&host, &["explain", "snmp", "--format", "json"]);
    assert!(before["daemon"].as_str().unwrap().contains("snmpd.service would start it"), "{before}");
    assert_eq!(before["communities"].as_array().unwrap().len(), 1);

    let argv = ["env", "-C", "/var/own", "HOME=/var/own", "/usr/sbin/snmpd", "-f", "-Le", "-c", "extra.conf"];
    let snmpd = host.start(&[&argv[..], &["--rocommunity=cli", "udp:192.0.2.1:161"]].concat());
    snmpd.wait_for_port(161);
    let explained = json(&host, &["explain", "snmp", "--from", "192.0.2.2", "--format", "json"]);
    assert_eq!(explained["daemon"], format!("snmpd runs as PID {}", snmpd.pid()));
    let files: Vec<&str> =
        explained["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    let command_line = format!("/proc/{}/cmdline", snmpd.pid());
    for file in ["/etc/snmp/snmpd.conf", "/var/own/.snmp/snmpd.conf", "/var/own/extra.conf", &command_line] {
        assert!(files.contains(&file), "{file} is not among {files:?}");
    }
    assert_eq!(explained["communities"].as_array().unwrap().len(), 4, "{explained}");
    assert_eq!(explained["listens"][0]["address"], "udp 192.0.2.1:161");

    let fact = json(&host, &["facts"])["standfast"]["snmp"].clone();
    for (key, should) in [("communities", 4), ("writable", 1), ("any_source", 1)] {
        assert_eq!(fact[key], should, "{key} in {fact}");
    }
    assert_eq!((&fact["running"], &fact["version"]), (&true.into(), &"5.9.3".into()));
}

#[test]
fn a_file_that_was_changed_after_the_start_is_told() {
    let host = Host::new(&[Package::Snmpd]);
    host.write("/etc/snmp/snmpd.conf", "rocommunity main 192.0.2.2\n");
    let snmpd = host.start(&["/usr/sbin/snmpd", "-f", "-Le", "udp:161"]);
    snmpd.wait_for_port(161);
    let codes = |host: &Host| -> Vec<String> {
        let findings = json(host, &["explain", "snmp", "--format", "json"])["findings"].clone();
        findings
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["code"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(!codes(&host).contains(&"newer-than-process".to_owned()));
    host.write("/etc/snmp/snmpd.conf", "rocommunity other 192.0.2.2\n");
    assert!(codes(&host).contains(&"newer-than-process".to_owned()));
}
