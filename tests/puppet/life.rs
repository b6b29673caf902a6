//! The life of a resource: applied, in sync, tampered with, meant otherwise.

use crate::node::{Counted, Node};

const ENTRY: &str = "Limits_entry[root/hard/nproc]";
const FILE: &str = "/etc/security/limits.d/zz-standfast.conf";

#[test]
fn the_first_run_changes_the_second_is_clean_and_noop_only_tells() {
    let node = Node::new(&[]);
    let manifest = "limits_entry { 'root/hard/nproc': value => 4096 }";

    let first = node.apply(manifest, &[]);
    first.assert_code(2);
    assert_eq!(first.told(ENTRY, "status"), "success");
    assert_eq!(first.told(ENTRY, "desired_value"), "hard 4096");
    assert_eq!(first.counted(), Counted { applied: 1, ..Counted::default() });
    assert_eq!(node.read(FILE), ":0 hard nproc 4096 # root\n");

    let second = node.apply(manifest, &[]);
    second.assert_code(0);
    assert!(second.with_events().is_empty(), "{}", second.said);
    assert_eq!(second.counted(), Counted::default());

    node.host.write(FILE, ":0 hard nproc 1024\n");
    let noop = node.apply(manifest, &["--noop"]);
    // Puppet has no other exit code for noop.
    noop.assert_code(0);
    assert_eq!(noop.told(ENTRY, "status"), "noop");
    assert_eq!(noop.told(ENTRY, "previous_value"), "hard 1024");
    assert_eq!(noop.told(ENTRY, "property"), "value");
    assert_eq!(noop.counted(), Counted { pending: 1, ..Counted::default() });
    assert_eq!(node.read(FILE), ":0 hard nproc 1024\n");
    let check = node.host.standfast(&["check"]);
    let reason = format!("{FILE}:1 decides: `:0 hard nproc 1024`");
    assert_eq!(noop.count(&reason), 1, "the reason is told once\n{}", noop.said);
    let _ = check;
    node.assert_nothing_runs();
}
