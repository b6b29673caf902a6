//! The program under test, and what these tests need of the machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::scenario::Scenario;

/// The command that makes the scenario's file what it should be, below `root`.
pub(crate) fn apply_command(root: &Path, scenario: &Scenario) -> Command {
    let content = root.with_extension("content");
    std::fs::write(&content, scenario.after.unwrap_or_default()).unwrap();
    let mut command = Command::new(&*PROGRAM);
    command.arg(root).arg(scenario.path).arg(content);
    command.arg(if scenario.after.is_some() { "set" } else { "remove" });
    command
}

/// The command that appends each line of `lines` with an edit of its own.
pub(crate) fn append_command(root: &Path, path: &str, lines: &Path) -> Command {
    let mut command = Command::new(&*PROGRAM);
    command.arg(root).arg(path).arg(lines).arg("append");
    command
}

static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    require();
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "standfast-providers", "--example", "commit"])
        .args(["--profile", profile])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(built.is_ok_and(|status| status.success()), "the example program must build");
    // .../target/debug/deps/faults-HASH
    let here = std::env::current_exe().unwrap();
    here.ancestors().nth(2).unwrap().join("examples/commit")
});

/// Says what is missing rather than pass without having tested anything.
fn require() {
    assert!(
        rustix::process::geteuid().is_root(),
        "run the fault tests as root: they give files away and mount small file systems"
    );
    for (program, package) in
        [("strace", "strace"), ("unshare", "util-linux"), ("mount", "mount"), ("mke2fs", "e2fsprogs")]
    {
        let answers = Command::new(program).arg("-V").output().is_ok();
        assert!(answers, "the fault tests need {program}: apt-get install {package}");
    }
    let traced = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).status();
    assert!(
        traced.is_ok_and(|status| status.success()),
        "strace may not trace here: allow ptrace (container: --cap-add SYS_PTRACE)"
    );
}
