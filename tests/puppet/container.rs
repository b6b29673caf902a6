//! `standfast_limits`: one resource for many, children only for what differs.

use crate::node::{Counted, Node};

const FILE: &str = "/etc/security/limits.d/zz-standfast.conf";

#[test]
fn only_what_differs_becomes_a_resource_and_all_of_it_is_one_write() {
    let node = Node::new(&[]);
    node.host.write(FILE, ":0 hard nproc 4096 # root\n");
    node.host.write("/etc/security/limits.d/other.conf", "root soft stack 3000\n");
    let manifest = "
        standfast_limits { 'main':
          entries  => {
            'root/hard/nproc'    => 4096,
            'root/hard/core'     => { value => 0, bound => 'at_most' },
            'daemon/-/nofile'    => Deferred('sprintf', ['%d', 1024]),
            'nobody/hard/nproc'  => { 'ensure' => 'absent' },
          },
          defaults => { 'match_by' => 'name' },
          purge    => ['/etc/security/limits.d/*.conf'],
          tag      => ['ours'],
        }
        ~> exec { '/bin/touch /var/lib/case/refreshed': refreshonly => true }";
    // As Puppet 8: a Deferred is resolved when its resource is evaluated.
    let run = node.apply(manifest, &["--no-preprocess_deferred"]);
    run.assert_code(2);
    let with_events: Vec<_> =
        run.with_events().into_iter().filter(|name| !name.starts_with("Exec")).collect();
    assert_eq!(
        with_events,
        ["Limits_config[main]", "Limits_entry[daemon/-/nofile]", "Limits_entry[root/hard/core]"],
        "{}",
        run.said
    );
    assert!(!run.knows("Limits_entry[root/hard/nproc]") && !run.knows("Limits_entry[nobody/hard/nproc]"));
    let child = run.status("Limits_entry[root/hard/core]");
    assert_eq!((child["file"].as_str(), child["line"].as_str()), (Some("/var/lib/case/site.pp"), Some("2")));
    assert!(child["tags"].as_array().unwrap().contains(&"ours".into()), "{child}");
    assert!(node.host.root().read("/var/lib/case/refreshed".as_ref()).is_ok(), "{}", run.said);
    assert_eq!(run.counted(), Counted { applied: 4, restarted: 1, ..Counted::default() }, "{}", run.said);
    // A backup is made for each write of a file that was there.
    let backups =
        node.host.run(&["sh", "-c", "ls /var/lib/standfast/backups | grep -c zz-standfast || true"]);
    assert_eq!(backups.trim(), "1", "{}", node.host.run(&["ls", "-R", "/var/lib/standfast/backups"]));
    let second = node.apply(manifest, &[]);
    second.assert_code(0);
    assert!(second.with_events().is_empty(), "{}", second.said);
    node.assert_nothing_runs();
}

#[test]
fn its_children_are_under_its_noop_schedule_and_loglevel() {
    let node = Node::new(&[]);
    let run = node.apply(
        "schedule { 'never': period => never }
         standfast_limits { 'a': entries => { 'root/hard/nproc' => 4096 }, noop => true, loglevel => 'warning' }
         standfast_limits { 'b': entries => { 'root/hard/core' => 0 }, schedule => 'never' }",
        &[],
    );
    run.assert_code(0);
    assert_eq!(run.with_events(), ["Limits_entry[root/hard/nproc]"], "{}", run.said);
    assert_eq!(run.told("Limits_entry[root/hard/nproc]", "status"), "noop");
    assert_eq!(run.count("Warning: /Stage[main]/Main/Limits_entry[root/hard/nproc]"), 2, "{}", run.said);
    assert_eq!(run.counted().pending, 1);
    assert_eq!(node.read(FILE), "");
}

#[test]
fn a_child_fails_alone_and_what_cannot_be_asked_fails_the_container() {
    let node = Node::new(&[]);
    let manifest = "
        standfast_limits { 'main': entries => { 'root/hard/nproc' => 4096, 'root/hard/nonewprivs' => 5 } }
        -> file { '/var/lib/case/after': content => 'x' }";
    let run = node.apply(manifest, &[]);
    run.assert_code(6);
    assert_eq!(run.told("Limits_entry[root/hard/nproc]", "status"), "success");
    assert_eq!(run.status("Limits_entry[root/hard/nonewprivs]")["failed"], "true");
    assert_eq!(run.status("File[/var/lib/case/after]")["skipped"], "true", "{}", run.said);
    assert_eq!(node.read(FILE), ":0 hard nproc 4096 # root\n");

    node.host.run(&["rm", "/usr/bin/standfast"]);
    let run = node.apply(manifest, &[]);
    run.assert_code(4);
    assert_eq!(run.status("Standfast_limits[main]")["failed"], "true");
    assert_eq!(run.count("Error: "), 1, "{}", run.said);
    assert!(run.said.contains("the program standfast is not on this node"), "{}", run.said);
    assert_eq!(run.status("File[/var/lib/case/after]")["skipped"], "true", "{}", run.said);
    let skipped = format!("exec {{ '/bin/false': }} -> {manifest}", manifest = manifest.trim());
    let run = node.apply(&skipped, &[]);
    assert!(!run.said.contains("not on this node"), "what is skipped is not asked for: {}", run.said);
}
