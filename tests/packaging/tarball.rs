//! The module's tarballs: with the program for pluginsync, and without for the Forge.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{VERSION, mode, package, run, scratch};

/// The module, as `puppet module install` lays it out.
fn install(case: &str, end: &str) -> PathBuf {
    let scratch = scratch(case);
    let folder = |name: &str| format!("--{name}={}", scratch.join(name).display());
    let modules = scratch.join("modules");
    run(Command::new("puppet")
        .args(["module", "install", "--ignore-dependencies", "--force", "--target-dir"])
        .arg(&modules)
        .args([folder("confdir"), folder("vardir")])
        .arg(package(end)));
    modules.join("standfast")
}

fn program(module: &Path) -> PathBuf {
    module.join("facts.d/standfast.d").join(std::env::consts::ARCH).join("standfast")
}

#[test]
fn puppet_installs_the_module_with_a_program_that_runs() {
    let module = install("tarball", "-with-binaries.tar.gz");
    let program = program(&module);
    assert_eq!(mode(&program), 0o755);
    assert_eq!(mode(&program.with_file_name("standfast-upload")), 0o755);
    assert_eq!(mode(&module.join("facts.d/standfast")), 0o755);
    assert_eq!(mode(&module.join("metadata.json")), 0o644);
    assert_eq!(run(Command::new(&program).arg("--version")), format!("standfast {VERSION}\n"));
    assert!(module.join("lib/puppet/type/limits_entry.rb").is_file());
    for tests in ["spec", "tests"] {
        assert!(!module.join(tests).exists(), "what tests the module is not part of it");
    }
}

#[test]
fn the_module_for_the_forge_has_no_program_and_is_else_the_same() {
    let list = |end: &str| {
        let list = run(Command::new("tar").arg("-tf").arg(package(end)));
        let all = list.lines().filter(|path| !path.contains("/standfast.d/")).map(str::to_owned);
        all.collect::<Vec<_>>()
    };
    let (full, forge) = ("-with-binaries.tar.gz", &format!("standfast-standfast-{VERSION}.tar.gz"));
    assert_eq!(list(full), list(forge));
    assert!(!program(&install("forge", forge)).exists());
    let owners = run(Command::new("tar").arg("-tvf").arg(package(forge)));
    assert!(owners.lines().all(|line| line.contains(" 0/0 ")), "{owners}");
}
