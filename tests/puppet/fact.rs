//! The external fact: told where a program works, never a warning where none does.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::node::Node;

const LAUNCHER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/puppet-module/facts.d/standfast");
const PROGRAM: &str = env!("CARGO_BIN_EXE_standfast");
/// Where the cases have the fact, and whence Facter is started.
const FACTS: &str = "/var/lib/case/facts.d";
const CWD: &str = "/var/lib/case/cwd";

/// A machine with the fact of the module at [`FACTS`], and no program.
fn node() -> Node {
    let node = Node::without_standfast(&[]);
    let arch = std::env::consts::ARCH;
    node.host.run(&["mkdir", "-p", &format!("{FACTS}/standfast.d/{arch}"), CWD]);
    node.host.run(&["rm", "-rf", "/usr/bin/standfast", "/etc/facter", "/etc/standfast"]);
    node.host.run(&["sh", "-c", "rm -rf /var/*/puppet/facts.d"]);
    node.host.run(&["cp", "-p", LAUNCHER, FACTS]);
    node
}

fn synced() -> String {
    format!("{FACTS}/standfast.d/{}/standfast", std::env::consts::ARCH)
}

/// The fact as real Facter has it; that it warns of anything fails the test.
fn fact(node: &Node, arguments: &[&str]) -> Value {
    let mut argv = vec!["env", "-C", CWD, "facter", "--json", "standfast"];
    argv.extend(arguments);
    let output = node.run(&argv);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
    let mut all: Value = serde_json::from_slice(&output.stdout).unwrap();
    all["standfast"].take()
}

fn external_fact(node: &Node) -> Value {
    fact(node, &["--external-dir", FACTS])
}

/// Puts a program in place: its content and mode.
fn put(node: &Node, path: &str, content: impl AsRef<[u8]>, mode: &str) {
    node.host.run(&["rm", "-f", path]);
    node.host.write(path, content);
    node.host.run(&["chmod", mode, path]);
}

/// A program that notes each call and is standfast.
fn counted() -> String {
    format!("#!/bin/sh\necho called >> /run/calls\nexec {PROGRAM} \"$@\"\n")
}

#[test]
fn facter_has_the_fact_of_a_program_that_works() {
    let node = node();
    node.host.run(&["ln", "-s", PROGRAM, &synced()]);
    let told = external_fact(&node);
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
    assert!(told["limits"].is_object(), "{told}");
}

#[test]
fn a_program_that_does_not_work_is_no_fact_and_no_warning() {
    let node = node();
    let whole = std::fs::read(PROGRAM).unwrap();
    // What it is built for stands at byte 18: here nothing that exists.
    let mut foreign = whole[..64 * 1024].to_vec();
    foreign[18] = 0x77;
    let cases: [(&str, &[u8], &str); 11] = [
        ("not executable", b"#!/bin/sh\necho '{\"standfast\": {}}'\n", "0644"),
        ("empty", b"", "0755"),
        ("no program", b"echo '{\"standfast\": {}}' > made\n", "0755"),
        ("of another architecture", &foreign, "0755"),
        ("cut in its header", &whole[..80], "0755"),
        ("cut behind its header", &whole[..8192], "0755"),
        ("without its interpreter", b"#!/nonexistent/sh\n", "0755"),
        ("crashes", b"#!/bin/sh\nkill -SEGV $$\n", "0755"),
        ("fails", b"#!/bin/sh\necho '{\"standfast\": {}}'; echo failed >&2; exit 1\n", "0755"),
        ("stops amid its answer", b"#!/bin/sh\necho '{\"standfast\": {'\n", "0755"),
        ("says something else", b"#!/bin/sh\necho 'hostname=evil'\n", "0755"),
    ];
    assert_eq!(external_fact(&node), Value::Null, "missing");
    for (case, content, mode) in cases {
        put(&node, &synced(), content, mode);
        assert_eq!(external_fact(&node), Value::Null, "{case}");
    }
    assert_eq!(node.host.run(&["ls", "-A", CWD]), "", "a shell has run what is no script");
}

#[test]
fn a_program_that_hangs_is_ended_and_a_folder_without_programs_is_silent() {
    let node = node();
    put(&node, &synced(), "#!/bin/sh\necho '{\"standfast\": {}}'\nsleep 987\n", "0755");
    let start = Instant::now();
    assert_eq!(external_fact(&node), Value::Null);
    assert!(start.elapsed() < Duration::from_secs(300), "Facter has ended it, not the fact");
    assert!(!node.processes().contains("sleep 987"), "it is left");

    put(&node, &synced(), counted(), "0755");
    node.host.run(&["mount", "--bind", FACTS, FACTS]);
    node.host.run(&["mount", "-o", "remount,bind,noexec", FACTS]);
    assert_eq!(external_fact(&node), Value::Null);
}

#[test]
fn the_first_program_that_works_speaks_and_its_noise_is_not_heard() {
    let node = node();
    let named =
        |name: &str| format!("#!/bin/sh\necho noise >&2\necho '{{\"standfast\": {{\"by\": \"{name}\"}}}}'\n");
    put(&node, &synced(), named("pluginsync"), "0755");
    assert_eq!(external_fact(&node)["by"], "pluginsync");
    put(&node, "/usr/bin/standfast", named("package"), "0755");
    assert_eq!(external_fact(&node)["by"], "package");
    put(&node, "/opt/sf/standfast", named("path"), "0755");
    node.host.write(
        "/etc/standfast/standfast.conf",
        "# binary = /nowhere\ntimeout = 9\nbinary = /opt/sf/standfast\n",
    );
    assert_eq!(external_fact(&node)["by"], "path");

    put(&node, "/opt/sf/standfast", "#!/bin/sh\nexit 1\n", "0755");
    assert_eq!(external_fact(&node)["by"], "package");
    put(&node, "/usr/bin/standfast", "", "0755");
    assert_eq!(external_fact(&node)["by"], "pluginsync");
}

#[test]
fn beside_a_package_puppet_asks_the_modules_fact_once_and_facter_alone_the_one_that_is_linked() {
    let node = node();
    put(&node, "/usr/bin/standfast", counted(), "0755");
    let calls = || {
        let calls = node.read("/run/calls").lines().count();
        node.host.run(&["rm", "-f", "/run/calls"]);
        calls
    };
    let run = node.apply("notice(\"version ${facts['standfast']['version']}\")", &[]);
    run.assert_code(0);
    assert_eq!(run.count(concat!("version ", env!("CARGO_PKG_VERSION"))), 1, "{}", run.said);
    assert_eq!(run.count("Warning"), 0, "{}", run.said);
    assert_eq!(calls(), 1);

    assert_eq!(fact(&node, &[]), Value::Null, "Facter alone knows no module");
    node.host.run(&["mkdir", "-p", "/etc/facter/facts.d"]);
    node.host.run(&["ln", "-s", LAUNCHER, "/etc/facter/facts.d/standfast"]);
    assert_eq!(fact(&node, &[])["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(calls(), 1);
}

#[test]
fn puppet_has_the_modules_fact_and_no_warning_when_there_is_no_program() {
    let node = node();
    let run = node.apply("notice(\"told ${'standfast' in $facts}\")", &[]);
    run.assert_code(0);
    assert_eq!(run.count("told false"), 1, "{}", run.said);
    assert_eq!(run.count("Warning"), 0, "{}", run.said);

    put(&node, "/usr/bin/standfast", counted(), "0755");
    let run = node.puppet("facts", &["show", "standfast"]);
    run.assert_code(0);
    assert_eq!(run.count(concat!("\"version\": \"", env!("CARGO_PKG_VERSION"), "\"")), 1, "{}", run.said);
    assert_eq!(run.count("Warning"), 0, "{}", run.said);
    assert_eq!(node.read("/run/calls").lines().count(), 1);
}
