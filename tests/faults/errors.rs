//! Each call fails in each way: what the run says is true of what it leaves, and it leaves nothing behind.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use crate::bounded;
use crate::command::apply_command;
use crate::disk::GROW;
use crate::judge::{Found, Judge};
use crate::scenario::{self, Scenario};
use crate::strace::{self, Call};
use crate::tree::Tree;

/// Calls that change something can fail in all of these ways.
const CHANGING: [&str; 10] = [
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
];
const WAYS: [&str; 6] = ["ENOSPC", "EIO", "EROFS", "EPERM", "EDQUOT", "EMFILE"];

/// Calls that only look, and close(2), fail as a broken disk makes them fail.
const LOOKING: [&str; 10] = [
    "read",
    "close",
    "fstat",
    "newfstatat",
    "statx",
    "getdents64",
    "readlinkat",
    "flistxattr",
    "fgetxattr",
    "flock",
];

/// In which ways a call can fail.
fn ways(call: &Call) -> &'static [&'static str] {
    match call.name.as_str() {
        "openat" | "openat2" if call.arguments.contains("O_CREAT") => &WAYS,
        "openat" | "openat2" => &["EIO", "EACCES", "EMFILE"],
        "fcntl" if call.arguments.contains("F_GETFL") => &["EIO"],
        name if CHANGING.contains(&name) => &WAYS,
        name if LOOKING.contains(&name) => &["EIO"],
        _ => &[],
    }
}

#[derive(Default)]
struct Count {
    faults: usize,
    failed: usize,
    overcome: usize,
}

fn walk(scenario: &Scenario) {
    let start = Instant::now();
    let tree = Tree::new();
    let judge = Judge::new(scenario, &tree);
    let mut count = Count::default();
    for call in strace::record(&tree, scenario) {
        for way in ways(&call) {
            if fault(scenario, &tree, &judge, &call, way).contains(&Found::Old) {
                count.failed += 1;
            } else {
                count.overcome += 1;
            }
            count.faults += 1;
        }
    }
    assert!(count.failed > 100 && count.overcome > 0, "{}: the walk missed its aim", scenario.name);
    println!(
        "{}: {} faults, {} left an old file, {} new ones only, {:.1} s",
        scenario.name,
        count.faults,
        count.failed,
        count.overcome,
        start.elapsed().as_secs_f64()
    );
}

/// One run with one fault, judged.
fn fault(scenario: &Scenario, tree: &Tree, judge: &Judge<'_>, call: &Call, way: &str) -> Vec<Found> {
    let when = format!("{}, {} {} fails with {way}", scenario.name, call.name, call.number);
    scenario.prepare(tree);
    let what = format!("error={way}:when={}", call.number);
    let output = strace::inject(tree, scenario, &[(&call.name, &what)]);
    assert_eq!(strace::injected(tree), 1, "{when}");
    let left = judge.look(tree, &when);
    judge.believe(&output, &left, &when);
    // What could not be synced is not durable, and nothing but durable is success.
    assert!(call.name != "fsync" || output.status.code() != Some(2), "{when}: {output:?}");
    if call.name != "unlinkat" {
        assert_eq!(tree.own_strays(), Vec::<PathBuf>::new(), "{when}");
        for (target, _) in scenario
            .targets
            .iter()
            .zip(&left)
            .filter(|(target, found)| target.before.is_none() && **found == Found::Old)
        {
            let directory = tree.at(target.real).parent().unwrap().exists();
            assert!(!directory, "{when}: an empty directory stays");
        }
    }
    judge.recover(tree, &when);
    left
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
fn a_run_over_two_files_tells_the_truth_of_each_whatever_fails() {
    walk(&scenario::SEVERAL);
}

#[test]
fn a_run_through_a_link_tells_the_truth_whatever_fails() {
    walk(&scenario::THROUGH_LINK);
}

#[test]
fn a_temp_file_that_cannot_be_removed_is_swept_by_the_next_run() {
    let scenario = &scenario::THROUGH_LINK;
    let tree = Tree::new();
    let judge = Judge::new(scenario, &tree);
    let both = [("renameat", "error=EIO"), ("unlinkat", "error=EIO")];

    let output = strace::inject(&tree, scenario, &both);

    let when = "rename and unlink fail";
    judge.believe(&output, &judge.look(&tree, when), when);
    assert_eq!(tree.strays().len(), 1);
    judge.recover(&tree, when);
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

            let when = format!("{}, {kind} {what}: {output:?}", scenario.name);
            assert_eq!(output.status.code(), Some(2), "{when}");
            let [target] = scenario.targets else { panic!("{when}: more than one file") };
            assert_eq!(tree.read(target.real).as_deref(), target.after, "{when}");
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
        let report = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = report.lines().find(|line| line.contains(told));
        assert!(line.is_some_and(|line| line.contains("/etc/security/")), "{told}: {output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn a_write_that_stops_half_way_is_a_failure() {
    let tree = Tree::new();
    let judge = Judge::new(&GROW, &tree);
    let apply = apply_command(&tree.root, &GROW);
    let limited = "trap '' XFSZ; ulimit -f 16; exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited, "sh"]).arg(apply.get_program()).args(apply.get_args());

    let output = bounded::output(&mut command);

    let when = "no file may grow beyond 8 KiB";
    let left = judge.look(&tree, when);
    judge.believe(&output, &left, when);
    assert_eq!(left, [Found::Old], "{when}");
    judge.recover(&tree, when);
}
