//! The .deb, for Debian 11 to 13 and Ubuntu.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{VERSION, assert_installed, files, package, run, scratch};

/// Prepares a root that has nothing but this libc6, and gives dpkg for it.
fn dpkg(root: &Path, libc6: &str) -> Command {
    let database = root.join("var/lib/dpkg");
    for folder in ["info", "updates", "triggers"] {
        fs::create_dir_all(database.join(folder)).unwrap();
    }
    let status = format!(
        "Package: libc6\nStatus: install ok installed\nMaintainer: nobody\nArchitecture: amd64\n\
         Version: {libc6}\nDescription: the C library\n"
    );
    fs::write(database.join("status"), status).unwrap();
    fs::write(database.join("info/libc6.list"), "/.\n").unwrap();
    let mut dpkg = Command::new("dpkg");
    dpkg.arg("--log=/dev/null").arg(format!("--root={}", root.display()));
    dpkg
}

#[test]
fn it_says_what_it_is_and_old_dpkg_can_read_it() {
    let deb = package(".deb");
    let field = |name: &str| run(Command::new("dpkg-deb").arg("-f").arg(&deb).arg(name)).trim().to_owned();
    assert_eq!(field("Package"), "standfast");
    assert_eq!(field("Version"), format!("{VERSION}-1"));
    assert_eq!(field("Architecture"), "amd64");
    assert_eq!(field("Depends"), "libc6 (>= 2.17)");
    assert!(!field("Maintainer").is_empty() && field("Description").contains("drift"));
    // Debian 11's dpkg knows no zstd.
    let members = run(Command::new("ar").arg("t").arg(&deb));
    assert_eq!(members.lines().collect::<Vec<_>>(), ["debian-binary", "control.tar.xz", "data.tar.xz"]);
}

#[test]
fn dpkg_installs_it_beside_glibc_2_17_and_takes_all_of_it_away_again() {
    let root = scratch("deb");
    let mut dpkg = dpkg(&root, "2.17");
    run(dpkg.arg("-i").arg(package(".deb")));
    assert_installed(
        &root,
        "usr/share/zsh/vendor-completions/_standfast",
        "usr/share/doc/standfast/copyright",
    );
    // None of it runs as part of the installation.
    assert!(!root.join("var/lib/dpkg/info/standfast.postinst").exists());

    let root_option = format!("--root={}", root.display());
    run(Command::new("dpkg").args(["--log=/dev/null", &root_option, "-P", "standfast"]));
    let left: Vec<_> = files(&root).into_iter().filter(|file| !file.contains(" var/lib/dpkg/")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn dpkg_refuses_it_beside_an_older_glibc() {
    let root = scratch("deb-old");
    let output = dpkg(&root, "2.13").arg("-i").arg(package(".deb")).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("libc6 (>= 2.17)"), "{said}");
}
