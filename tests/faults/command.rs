//! The program under test, and what these tests need of the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::scenario::Scenario;

/// The command that brings the scenario's policy about below `root`.
pub(crate) fn apply_command(root: &Path, scenario: &Scenario) -> Command {
    apply_policy(root, &root.with_extension("ini"), scenario.policy)
}

/// The command that brings the text of a policy about, which is kept at `file` for it.
pub(crate) fn apply_policy(root: &Path, file: &Path, policy: &str) -> Command {
    LazyLock::force(&REQUIRED);
    fs::write(file, policy).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_standfast"));
    command.arg("apply").arg("--root").arg(root).arg("--policy").arg(file);
    command
}

/// The installed module and its path: without it no entry is in force.
pub(crate) static MODULE: LazyLock<(PathBuf, Vec<u8>)> = LazyLock::new(|| {
    let architecture = std::env::consts::ARCH;
    let places = [format!("/lib/{architecture}-linux-gnu"), "/lib64".into(), "/lib".into()];
    let paths = places.iter().map(|place| Path::new(place).join("security/pam_limits.so"));
    let found = paths.filter_map(|path| fs::read(&path).ok().map(|bytes| (path, bytes))).next();
    found.expect("the fault tests need pam_limits.so: apt-get install libpam-modules")
});

/// Says what is missing rather than pass without having tested anything.
static REQUIRED: LazyLock<()> = LazyLock::new(|| {
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
});
