//! What is on the host and in no manifest: `resources`, `puppet resource`.

use crate::net::Package;
use crate::node::{BASE, Node};

const FOREIGN: &str = "daemon hard nofile 77\nroot hard nproc 4096\n";

#[test]
fn resources_purges_what_no_manifest_declares_under_whatever_title() {
    let node = Node::new(&[]);
    node.host.write("/etc/security/limits.d/foreign.conf", FOREIGN);
    let manifest = "
        resources { 'limits_entry': purge => true }
        limits_entry { 'processes of root': domain => 'root', type => 'hard', item => 'nproc', value => 4096 }";

    let noop = node.apply(manifest, &["--noop"]);
    noop.assert_code(0);
    assert_eq!(noop.with_events(), ["Limits_entry[daemon/hard/nofile]"], "{}", noop.said);
    assert_eq!(noop.told("Limits_entry[daemon/hard/nofile]", "status"), "noop");
    assert_eq!(node.read("/etc/security/limits.d/foreign.conf"), FOREIGN);

    let run = node.apply(manifest, &[]);
    run.assert_code(2);
    assert_eq!(run.with_events(), ["Limits_entry[daemon/hard/nofile]"], "{}", run.said);
    assert_eq!(run.told("Limits_entry[daemon/hard/nofile]", "message"), "removed");
    let left = node.read("/etc/security/limits.d/foreign.conf");
    assert!(!left.contains("nofile") && left.contains("root hard nproc 4096"), "{left}");

    let again = node.apply(manifest, &[]);
    again.assert_code(0);
    assert!(again.with_events().is_empty(), "{}", again.said);

    // What a container declares is no resource while it is in sync: it would be taken for undeclared.
    let contained = "standfast_limits { 'main': entries => { 'daemon/hard/core' => 0 } }";
    let refused = node.apply(&format!("{manifest}\n{contained}"), &[]);
    refused.assert_code(1);
    let instead = "take the `purge` of Standfast_limits[main] in the place of Resources[limits_entry]";
    assert_eq!(refused.count(instead), 1, "{}", refused.said);
    node.assert_nothing_runs();
}

#[test]
fn puppet_resource_lists_tells_one_and_changes_one() {
    let node = Node::new(&[Package::Snmpd, Package::Rsyslog]);
    node.host.write("/etc/security/limits.d/foreign.conf", FOREIGN);
    let all = node.puppet("resource", &["limits_entry"]);
    all.assert_code(0);
    let daemon = "limits_entry { 'daemon/hard/nofile':\n  ensure   => 'present',\n  provider => 'standfast',\n  value    => '77',\n}";
    assert!(all.said.contains(daemon), "{}", all.said);
    assert!(all.said.contains("limits_entry { 'root/hard/nproc':"), "{}", all.said);
    let one = node.puppet("resource", &["limits_entry", "daemon/hard/nofile"]);
    assert!(one.said.contains(daemon) && !one.said.contains("nproc"), "{}", one.said);
    let none = node.puppet("resource", &["limits_entry", "daemon/soft/nofile"]);
    assert!(none.said.contains("'absent'"), "{}", none.said);
    let yaml = node.puppet("resource", &["limits_entry", "--to_yaml"]);
    assert!(yaml.said.contains("daemon/hard/nofile:\n    ensure: present"), "{}", yaml.said);

    let set = node.puppet("resource", &["limits_entry", "daemon/hard/nofile", "value=99"]);
    set.assert_code(0);
    assert!(set.said.contains("value changed 'hard 77' to 'hard 99'"), "{}", set.said);
    assert!(!set.said.contains("'77',"), "the new value is printed: {}", set.said);
    let limits = node.host.run(&["sh", "-c", "cat /etc/security/limits.d/*"]);
    assert!(limits.contains("hard nofile 99"), "{limits}\n{}", set.said);
    // It stands for no catalog of the node.
    assert_eq!(node.read("/var/lib/standfast/desired.json"), "");
    for kind in ["limits_config", "ntp_monlist", "snmp_access", "snmp_community", "rsyslog_forward"] {
        node.puppet("resource", &[kind]).assert_code(0);
    }
    assert_eq!(node.read(&format!("{BASE}/site.pp")), "");
    node.assert_nothing_runs();
}
