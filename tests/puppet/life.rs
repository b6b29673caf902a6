//! The life of a resource: applied, in sync, tampered with, meant otherwise.

use serde_json::{Value, json};

use crate::node::{BASE, Counted, Node, Run};

const ENTRY: &str = "Limits_entry[root/hard/nproc]";
const CHILD: &str = "Limits_entry[daemon/hard/nofile]";
const FILE: &str = "/etc/security/limits.d/zz-standfast.conf";

fn manifest(value: u32) -> String {
    format!(
        "limits_entry {{ 'root/hard/nproc': value => {value} }}
         standfast_limits {{ 'main': entries => {{ 'daemon/hard/nofile' => {value} }} }}"
    )
}

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
    assert_eq!(noop.counted(), Counted { pending: 1, ..Counted::default() });
    assert_eq!(node.read(FILE), ":0 hard nproc 1024\n");
    same_words(&node, &noop);
    node.assert_nothing_runs();
}

/// The event of a run and `standfast check` tell the same drift in the same words.
fn same_words(node: &Node, run: &Run) {
    let policy = r#"[{"type":"limits_entry","title":"root/hard/nproc","parameters":{"value":4096}}]"#;
    let path = format!("{BASE}/policy.json");
    node.host.write(&path, policy);
    let output = node.host.standfast(&["check", "--format", "json", "--policy", &path]);
    let outcomes: Value = serde_json::from_slice(&output.stdout).unwrap();
    let drift = &outcomes[0]["drift"][0];
    let event = run.event(ENTRY);
    let told = [&event["property"], &event["previous_value"], &event["desired_value"]];
    assert_eq!(told, [&drift["property"], &drift["is"], &drift["should"]]);
    assert_eq!(run.count(drift["reason"].as_str().unwrap()), 1, "the reason is told once\n{}", run.said);
}

#[test]
fn tampering_is_corrective_and_an_intended_change_is_not() {
    let node = Node::new(&[]);
    let corrective = |run: &Run| {
        [ENTRY, CHILD].map(|resource| {
            assert_eq!(run.status(resource)["corrective_change"], run.event(resource)["corrective_change"]);
            run.told(resource, "corrective_change") == "true"
        })
    };
    assert_eq!(corrective(&node.apply(&manifest(4096), &[])), [false, false], "the first run is meant");

    node.host.run(&["sed", "-i", "s/4096/1024/", FILE]);
    let noop = node.apply(&manifest(4096), &["--noop"]);
    assert_eq!(corrective(&noop), [true, true], "{}", noop.said);
    assert_eq!(noop.count("'hard 4096' (noop) (corrective)"), 2, "{}", noop.said);
    let tampered = node.apply(&manifest(4096), &[]);
    assert_eq!(corrective(&tampered), [true, true], "{}", tampered.said);
    assert_eq!(tampered.metric("resources", "corrective_change"), 2);

    let intended = node.apply(&manifest(8192), &[]);
    assert_eq!(corrective(&intended), [false, false], "{}", intended.said);
    assert_eq!(intended.metric("resources", "corrective_change"), 0);
    assert!(node.read(FILE).contains("hard nproc 8192"));
    node.apply(&manifest(8192), &[]).assert_code(0);
}

#[test]
fn what_fails_fails_alone_and_what_depends_on_it_is_skipped() {
    let node = Node::new(&[]);
    node.host.write("/etc/security/limits.conf", "daemon hard nproc 100\n");
    let run = node.apply(
        "limits_entry { 'kölner/hard/nproc': value => 5 }
         limits_entry { 'root/hard/nonewprivs': value => 5 } -> file { '/var/lib/case/after': content => 'x' }
         limits_entry { 'daemon/soft/nproc': value => 4096 }
         limits_entry { 'root/hard/nproc': value => 4096 } -> file { '/var/lib/case/other': content => 'x' }",
        &[],
    );
    run.assert_code(6);
    assert_eq!(run.count("`value` of nonewprivs must be 0 or 1"), 1, "{}", run.said);
    assert!(run.said.contains("kölner"), "{}", run.said);
    assert_eq!(run.status("Limits_entry[root/hard/nonewprivs]")["failed"], "true");
    assert_eq!(run.status("File[/var/lib/case/after]")["skipped"], "true");
    // It could be judged: the event says what is and what should be, and the failure why nothing was written.
    let blocked = "Limits_entry[daemon/soft/nproc]";
    assert_eq!(run.told(blocked, "status"), "failure", "{}", run.said);
    assert!(run.told(blocked, "message").contains("nothing was written"), "{}", run.said);
    assert_eq!(run.told("Limits_entry[root/hard/nproc]", "status"), "success");
    assert_eq!(node.read("/var/lib/case/other"), "x");
    assert_eq!((run.metric("resources", "failed"), run.metric("resources", "skipped")), (3, 1));
    assert_eq!(run.report["status"], "failed");
    node.assert_nothing_runs();
}

#[test]
fn what_earlier_resources_of_the_run_changed_is_seen() {
    let node = Node::new(&[]);
    let manifest = "
        limits_entry { 'root/hard/nproc': value => 4096 }
        -> user { 'newbie': ensure => present, uid => 4711, home => '/nonexistent' }
        -> limits_entry { 'newbie/-/nproc': value => 512 }
        -> file { '/etc/security/limits.d/zzz.conf': content => \"daemon hard core 5\\n\" }
        -> limits_entry { 'daemon/hard/core': ensure => absent }
        -> file { '/etc/security/limits.d/y.conf': content => \"root hard nofile 10\\n\" }
        -> limits_entry { 'root/hard/nofile': value => 1024 }";
    let run = node.apply(manifest, &[]);
    run.assert_code(2);
    assert!(node.read(FILE).contains(":4711 - nproc 512 # newbie"), "{}\n{}", node.read(FILE), run.said);
    assert!(run.told("Limits_entry[root/hard/nofile]", "previous_value").contains("10"), "{}", run.said);
    assert_eq!(run.told("Limits_entry[daemon/hard/core]", "status"), "success", "{}", run.said);
    let stored = node.read(&format!("{BASE}/var/state/transactionstore.yaml"));
    assert!(!stored.contains("4711"), "puppet apply keeps no store: {stored}");
}

#[test]
fn metaparameters_work_as_for_any_type() {
    let node = Node::new(&[]);
    let run = node.apply(
        "schedule { 'never': range => '2 - 2:01', periodmatch => distance, period => never }
         limits_entry { 'root/hard/nproc': value => 4096, noop => true, loglevel => warning }
         limits_entry { 'root/hard/core': value => 0, schedule => 'never' }
         limits_entry { 'root/hard/data': value => 4096, tag => 'wanted', audit => 'value' }
         limits_entry { 'root/hard/stack': value => 4096, ensure => absent }",
        &["--tags", "wanted"],
    );
    assert_eq!(run.with_events(), ["Limits_entry[root/hard/data]"], "{}", run.said);
    let run = node.apply(
        "schedule { 'never': period => never }
         limits_entry { 'root/hard/nproc': value => 4096, noop => true, loglevel => warning }
         limits_entry { 'root/hard/core': value => 0, schedule => 'never' }
         limits_entry { 'root/hard/stack': ensure => absent }",
        &[],
    );
    assert_eq!(run.with_events(), [ENTRY], "{}", run.said);
    assert_eq!(run.told(ENTRY, "status"), "noop");
    assert_eq!(run.status("Limits_entry[root/hard/core]")["skipped"], "true");
    let levels: Vec<_> = run.report["logs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|log| log["source"].to_string().contains("root/hard/nproc"))
        .map(|log| log["level"].clone())
        .collect();
    assert_eq!(levels, [json!("warning"), json!("warning")], "{}", run.said);
}
