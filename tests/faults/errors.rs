//! Each call fails in each way: a run says so whenever its change is not in place, and leaves nothing behind.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Instant;

use crate::command::apply_command;
use crate::scenario::{self, Found, Scenario};
use crate::strace;
use crate::tree::{Metadata, Tree};

/// Calls that change something, and the opening of files, can fail in all of these ways.
const CHANGING: [&str; 14] = [
    "openat",
    "openat2",
    "write",
    "fchown",
    "fchmod",
    "fsetxattr",
    "fremovexattr",
    "fsync",
    "renameat",
    "renameat2",
    "unlinkat",
    "mkdirat",
    "flock",
    "linkat",
];
const WAYS: [&str; 6] = ["ENOSPC", "EIO", "EROFS", "EPERM", "EDQUOT", "EMFILE"];

/// Calls that only look, and close(2), fail as a broken disk makes them fail.
const LOOKING: [&str; 9] =
    ["read", "close", "fstat", "newfstatat", "statx", "getdents64", "readlinkat", "flistxattr", "fgetxattr"];

#[derive(Default)]
struct Count {
    faults: usize,
    failed: usize,
    overcome: usize,
}

fn walk(scenario: &Scenario) {
    let start = Instant::now();
    let tree = Tree::new();
    scenario.prepare(&tree);
    let metadata = scenario.metadata(&tree);
    let (loader, own) = strace::record(&tree, scenario);
    let mut count = Count::default();
    for (kind, (first, last)) in strace::kinds(&loader, &own) {
        let ways = if CHANGING.contains(&kind.as_str()) {
            &WAYS[..]
        } else if LOOKING.contains(&kind.as_str()) {
            &["EIO"]
        } else {
            continue;
        };
        for (number, way) in (first..=last).flat_map(|number| ways.iter().map(move |way| (number, way))) {
            let what = format!("error={way}:when={number}");
            match fault(scenario, &tree, &metadata, &kind, &what) {
                Found::Old => count.failed += 1,
                Found::New => count.overcome += 1,
            }
            count.faults += 1;
        }
    }
    assert!(count.failed > 100 && count.overcome > 0, "{}: the walk missed its aim", scenario.name);
    println!(
        "{}: {} faults, {} left the old file, {} the new one, {:.1} s",
        scenario.name,
        count.faults,
        count.failed,
        count.overcome,
        start.elapsed().as_secs_f64()
    );
}

/// One run with one fault, judged.
fn fault(scenario: &Scenario, tree: &Tree, metadata: &Metadata, kind: &str, what: &str) -> Found {
    let when = format!("{kind} {what}");
    scenario.prepare(tree);
    let output = strace::inject(tree, scenario, &[(kind, what)]);
    assert_eq!(strace::injected(tree), 1, "{}, {when}", scenario.name);
    let found = scenario.look(tree, metadata, &when);
    judge(&output, found, &format!("{}, {when}", scenario.name));
    if kind != "unlinkat" {
        assert_eq!(tree.own_strays(), Vec::<PathBuf>::new(), "{}, {when}", scenario.name);
        if scenario.before.is_none() && found == Found::Old {
            let directory = tree.at(scenario.real).parent().unwrap().exists();
            assert!(!directory, "{}, {when}: an empty directory stays", scenario.name);
        }
    }
    scenario.recover(tree, metadata, &when);
    found
}

/// What the run says must be true.
fn judge(output: &Output, found: Found, when: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    match (output.status.code(), found) {
        (Some(0), Found::New) => {}
        (Some(1), Found::Old) => assert!(told.starts_with("error: "), "{when}: {told}"),
        (Some(1), Found::New) => {
            assert!(told.contains("is changed, but"), "{when}: hides that it has changed the file: {told}");
        }
        (code, found) => panic!("{when}: exit code {code:?} while the file is {found:?}: {told}"),
    }
}

#[test]
fn a_replacement_tells_the_truth_whatever_fails() {
    walk(&scenario::REPLACE);
}

#[test]
fn a_first_run_tells_the_truth_whatever_fails() {
    walk(&scenario::FIRST_RUN);
}

#[test]
fn a_removal_tells_the_truth_whatever_fails() {
    walk(&scenario::REMOVE);
}

#[test]
fn a_temp_file_that_cannot_be_removed_is_swept_by_the_next_run() {
    let scenario = &scenario::THROUGH_LINK;
    let tree = Tree::new();
    scenario.prepare(&tree);
    let metadata = scenario.metadata(&tree);
    let both = [("renameat", "error=EIO"), ("unlinkat", "error=EIO")];

    let output = strace::inject(&tree, scenario, &both);

    let when = "rename and unlink fail";
    judge(&output, scenario.look(&tree, &metadata, when), when);
    assert_eq!(tree.strays().len(), 1);
    scenario.recover(&tree, &metadata, when);
}

#[test]
fn what_an_old_kernel_or_a_plain_file_system_lacks_is_done_without() {
    for scenario in [&scenario::REPLACE, &scenario::FIRST_RUN] {
        for (kind, what) in [
            ("statx", "error=ENOSYS"),
            ("renameat2", "error=ENOSYS"),
            ("renameat2", "error=EINVAL"),
            ("flistxattr", "error=EOPNOTSUPP"),
        ] {
            let tree = Tree::new();
            scenario.prepare(&tree);

            let output = strace::inject(&tree, scenario, &[(kind, what)]);

            let when = format!("{}, {kind} {what}", scenario.name);
            assert!(output.status.success(), "{when}: {}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(tree.read(scenario.real).as_deref(), scenario.after, "{when}");
        }
    }
}

#[test]
fn a_failure_names_the_file_the_reason_and_the_way_out() {
    let scenario = &scenario::REPLACE;
    for (kind, what, told) in [
        ("write", "error=ENOSPC:when=1", "the file system or the quota is full; free some space first"),
        (
            "fchown",
            "error=EPERM",
            "cannot keep the owner of /etc/security/limits.conf: Operation not permitted",
        ),
        ("renameat", "error=EBUSY", "/etc/security/limits.conf: is a mount point"),
        ("renameat2", "error=EIO", "is left as it is, because no backup of it could be kept: cannot replace"),
    ] {
        let tree = Tree::new();
        scenario.prepare(&tree);
        let output = strace::inject(&tree, scenario, &[(kind, what)]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(told) && error.contains("/etc/security/"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn a_write_that_stops_half_way_is_a_failure() {
    let scenario = &Scenario { after: Some(&[b'#'; 65536]), ..scenario::REPLACE };
    let tree = Tree::new();
    scenario.prepare(&tree);
    let metadata = scenario.metadata(&tree);
    let apply = apply_command(&tree.root, scenario);
    let limited = "trap '' XFSZ; ulimit -f 16; exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited, "sh"]).arg(apply.get_program()).args(apply.get_args());

    let output = command.output().unwrap();

    let when = "no file may grow beyond 8 KiB";
    judge(&output, scenario.look(&tree, &metadata, when), when);
    assert!(!output.status.success(), "{when}");
    scenario.recover(&tree, &metadata, when);
}
