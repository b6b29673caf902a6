//! The program is missing, wrong, dies, hangs, answers nonsense, or comes late.

use crate::node::{Node, Run};

/// Two resources of ours, one that depends on the first, and one of Puppet's own.
const MANIFEST: &str = "
    limits_entry { 'root/hard/nproc': value => 4096 } -> file { '/var/lib/case/after': content => 'x' }
    limits_entry { 'root/hard/core': value => 0 }
    standfast_limits { 'main': entries => { 'root/hard/data' => 4096 } }
    file { '/var/lib/case/other': content => 'x' }";

/// A stand-in for the program: what it does after the handshake and a declaration.
fn stand_in(then: &str) -> String {
    format!(
        "#!/bin/sh
         [ \"$1\" = --version ] && {{ echo 'standfast 0.1.0'; exit; }}
         read -r hello; echo '{{\"protocol\":1,\"version\":\"0.1.0\",\"kinds\":[\"limits_entry\"]}}'
         read -r declare; echo '{{\"refused\":[]}}'
         {then}"
    )
}

/// Each resource of ours fails with one line that says `why`; all else goes on, and nothing stays behind.
fn assert_ours_fail(node: &Node, run: &Run, why: &str) {
    run.assert_code(6);
    for resource in
        ["Limits_entry[root/hard/nproc]", "Limits_entry[root/hard/core]", "Standfast_limits[main]"]
    {
        assert_eq!(run.status(resource)["failed"], "true", "{resource}\n{}", run.said);
        let lines = run.said.lines().filter(|line| line.starts_with("Error: ") && line.contains(resource));
        let lines: Vec<_> = lines.collect();
        assert!(lines.len() == 1 && lines[0].contains(why), "{resource}: {lines:#?} for {why}\n{}", run.said);
    }
    assert_eq!(run.count("Error: "), 3, "{}", run.said);
    assert_eq!(run.status("File[/var/lib/case/after]")["skipped"], "true");
    assert_eq!(node.read("/var/lib/case/other"), "x");
    node.host.run(&["rm", "/var/lib/case/other"]);
    node.assert_nothing_runs();
    assert!(!node.processes().contains("sleep"), "{}", node.processes());
}

#[test]
fn a_program_that_is_missing_or_none_fails_its_resources_alone() {
    let node = Node::without_standfast(&[]);
    assert_ours_fail(
        &node,
        &node.apply(MANIFEST, &[]),
        "the program standfast is not on this node: there is no /usr/bin/standfast",
    );

    install(&node, "\u{7f}ELF of another machine");
    assert_ours_fail(&node, &node.apply(MANIFEST, &[]), "/usr/bin/standfast: ");
    install(&node, "#!/bin/sh\necho 'something else 1.0'");
    assert_ours_fail(
        &node,
        &node.apply(MANIFEST, &[]),
        "standfast has answered something else than was asked",
    );
}

#[test]
fn a_program_that_dies_hangs_or_talks_nonsense_fails_its_resources_alone() {
    let node = Node::without_standfast(&[]);
    node.host.write("/etc/standfast/standfast.conf", "timeout = 1\n");
    for (program, why) in [
        (
            stand_in("read -r ask; exit 3"),
            "/usr/bin/standfast: ended with exit code 3 before it had answered",
        ),
        (stand_in("read -r ask; kill -9 $$"), "/usr/bin/standfast: ended by signal 9 before it had answered"),
        (stand_in("sleep 1000"), "/usr/bin/standfast: has not answered in time, and was ended"),
        (stand_in("cat"), "standfast has answered something else than was asked"),
        (
            stand_in("while read -r ask; do echo '{'; done"),
            "standfast has answered something else than was asked",
        ),
        (
            stand_in("while read -r ask; do echo '{\"resources\":[{}]}'; done"),
            "standfast has answered something else",
        ),
        (stand_in("exec 1>&-; sleep 1000"), "/usr/bin/standfast: does not answer any more"),
        (
            stand_in("").replace("\"protocol\":1", "\"protocol\":2"),
            "speaks another protocol than this module",
        ),
        (
            "#!/bin/sh\n[ \"$1\" = --version ] && echo 'standfast 0.1.0' || sleep 1000".into(),
            "has not answered in time",
        ),
    ] {
        install(&node, &program);
        assert_ours_fail(&node, &node.apply(MANIFEST, &[]), why);
    }
}

#[test]
fn what_a_case_writes_through_a_link_does_not_reach_the_program_of_the_tests() {
    let node = Node::new(&[]);
    let written = node.run(&["sh", "-c", "echo '#!/bin/sh' > /usr/bin/standfast"]);
    assert!(!written.status.success());
    assert!(String::from_utf8_lossy(&written.stderr).contains("Read-only file system"), "{written:?}");
    assert!(node.host.standfast(&["--version"]).status.success());
}

fn install(node: &Node, program: &str) {
    // Not through a link that leads to the real one.
    node.host.run(&["rm", "-f", "/usr/bin/standfast"]);
    node.host.write("/usr/bin/standfast", program);
    node.host.run(&["chmod", "755", "/usr/bin/standfast"]);
}

#[test]
fn a_program_that_comes_in_the_same_run_is_found_and_of_several_the_newest_that_works() {
    let node = Node::without_standfast(&[]);
    let program = env!("CARGO_BIN_EXE_standfast");
    let manifest = format!(
        "limits_entry {{ 'root/hard/core': value => 0 }}
         -> notify {{ 'never': }}
         file {{ '/usr/bin/standfast': ensure => link, target => '{program}' }}
         -> limits_entry {{ 'root/hard/nproc': value => 4096 }}"
    );
    let run = node.apply(&manifest, &[]);
    run.assert_code(6);
    assert_eq!(run.status("Limits_entry[root/hard/core]")["failed"], "true");
    assert_eq!(run.told("Limits_entry[root/hard/nproc]", "status"), "success", "{}", run.said);

    // A newer one that does not work, an older one that does, and what was configured.
    let version = |version: &str, rest: &str| {
        format!("#!/bin/sh\n[ \"$1\" = --version ] && {{ echo 'standfast {version}'; exit; }}\n{rest}")
    };
    install(&node, &version("9.0.0", "exit 1").replace("'standfast 9", "'nonsense 9"));
    let arch = node.host.run(&["uname", "-m"]).trim().to_owned();
    let synced = format!("/var/lib/case/var/facts.d/standfast.d/{arch}/standfast");
    node.host.write(&synced, version("0.0.9", "exit 9"));
    node.host.run(&["chmod", "755", &synced]);
    node.host
        .write("/etc/standfast/standfast.conf", format!("# where it is\n[standfast]\nbinary = {program}\n"));
    node.apply("limits_entry { 'root/hard/core': value => 0 }", &[]).assert_code(2);
    node.host.run(&["rm", "/etc/standfast/standfast.conf"]);
    let run = node.apply("limits_entry { 'root/hard/core': value => 0 }", &[]);
    assert!(run.said.contains(&format!("{synced}: ended with exit code 9")), "{}", run.said);
    node.assert_nothing_runs();
}
