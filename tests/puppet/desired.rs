//! What a run leaves of desired state, and `standfast check` on a node of Puppet.

use serde_json::Value;

use crate::node::Node;

const MANIFEST: &str = "
    limits_entry { 'root/hard/nproc': value => 4096 }
    standfast_limits { 'many': entries => { 'daemon/hard/nofile' => 512 } }
    limits_config { 'main': inert => forbid }
    snmp_access { 'main': }
    snmp_community { 'nms': community => Sensitive('hT7-kq9.Vx2_mB4zuu'), sources => ['10.9.0.7'], noop => true }
";

/// Kind, title and outcome of each resource.
fn outcomes(json: &[u8]) -> Vec<String> {
    let outcomes: Vec<Value> = serde_json::from_slice(json).unwrap();
    let word = |outcome: &Value, key: &str| outcome[key].as_str().unwrap().to_owned();
    let tell = |one: &Value| format!("{} {} {}", word(one, "type"), word(one, "title"), word(one, "outcome"));
    outcomes.iter().map(tell).collect()
}

#[test]
fn check_finds_what_the_last_run_declared_whatever_that_run_was_to_change() {
    let node = Node::new(&[]);
    for noop in [true, false] {
        let run = node.apply(MANIFEST, if noop { &["--noop"] } else { &[] });
        assert!(!run.said.contains("Error"), "what there is only one of is titled main\n{}", run.said);
        let output = node.host.standfast(&["check", "--format", "json"]);
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.starts_with("standfast: desired state: what puppet apply declared "), "{err}");
        assert_eq!(err.contains(", noop): /var/lib/standfast/desired.json"), noop, "{err}");
        let limits = if noop { "drifted" } else { "in_sync" };
        let mut told = outcomes(&output.stdout);
        told.sort_unstable();
        assert_eq!(
            told,
            [
                "limits_config main in_sync".to_owned(),
                format!("limits_entry daemon/hard/nofile {limits}"),
                format!("limits_entry root/hard/nproc {limits}"),
                "snmp_access main in_sync".to_owned(),
                "snmp_community nms drifted".to_owned(),
            ]
        );
        assert!(!node.read("/var/lib/standfast/desired.json").contains("hT7-kq9"));
    }
    node.host.write("/etc/security/limits.d/zz-standfast.conf", ":0 hard nproc 1\n");
    let output = node.host.standfast(&["check"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("value: is hard 1, should be hard 4096"), "{text}");
}
