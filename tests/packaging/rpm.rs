//! The .rpm, for RHEL 7 to 9 and their kin.

use std::path::Path;
use std::process::Command;

use crate::{VERSION, assert_installed, files, package, run, scratch};

/// rpm for a root, with all that it writes below it.
fn rpm(root: &Path) -> Command {
    let mut rpm = Command::new("rpm");
    // Debian's rpm wants to be told that it is meant.
    rpm.args(["--force-debian", "--nosignature", "--dbpath=/var/lib/rpm", "--root"]).arg(root);
    rpm
}

#[test]
fn the_rpm_of_centos_7_knows_all_that_it_asks_for() {
    let root = scratch("rpm-query");
    let query = |format: &str| run(rpm(&root).args(["-qp", "--qf", format]).arg(package(".rpm")));
    assert_eq!(query("%{NAME} %{VERSION} %{ARCH}"), format!("standfast {VERSION} x86_64"));
    assert_eq!(query("%{PAYLOADFORMAT} %{PAYLOADCOMPRESSOR}"), "cpio xz");
    let requires = run(rpm(&root).args(["-qp", "--requires"]).arg(package(".rpm")));
    let mut requires: Vec<_> = requires.lines().collect();
    requires.sort_unstable();
    assert_eq!(
        requires,
        [
            "libc.so.6(GLIBC_2.17)(64bit)",
            "rpmlib(CompressedFileNames) <= 3.0.4-1",
            "rpmlib(FileDigests) <= 4.6.0-1",
            "rpmlib(PayloadFilesHavePrefix) <= 4.0-1",
        ]
    );
    assert_eq!(query("%{PREIN}%{POSTIN}%{PREUN}%{POSTUN}"), "(none)".repeat(4));
}

#[test]
fn rpm_installs_it_finds_it_whole_and_takes_all_of_it_away_again() {
    let root = scratch("rpm");
    // There is no glibc in the root that rpm would know of.
    run(rpm(&root).args(["-i", "--nodeps"]).arg(package(".rpm")));
    assert_installed(
        &root,
        "usr/share/zsh/site-functions/_standfast",
        "usr/share/licenses/standfast/LICENSE",
    );
    assert_eq!(run(rpm(&root).args(["-V", "--nodeps", "standfast"])), "");

    run(rpm(&root).args(["-e", "standfast"]));
    let left: Vec<_> = files(&root).into_iter().filter(|file| !file.contains(" var/lib/rpm/")).collect();
    assert!(left.is_empty(), "{left:?}");
}
