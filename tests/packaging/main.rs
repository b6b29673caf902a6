//! The packages: made by `packaging/build`, installed by the real package managers into scratch roots.
//!
//! They are made of a build without optimisation: what is linked, which symbols it asks for and where files go does not
//! hang on that, and the release build with all of it in one unit takes four times as long.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests prepare files, start programs and fail by panicking"
)]

mod deb;
mod program;
mod rpm;
mod tarball;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The directory with the packages, which are made once per test program.
fn packages() -> &'static Path {
    static PACKAGES: OnceLock<PathBuf> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
        drop(fs::remove_dir_all(&out));
        let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/build");
        run(Command::new(build).args(["--profile", "dev", "--out"]).arg(&out).arg(std::env::consts::ARCH));
        out
    })
}

/// The only package whose name ends so.
fn package(end: &str) -> PathBuf {
    let all = fs::read_dir(packages()).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<_> = all.filter(|path| path.to_str().unwrap().ends_with(end)).collect();
    assert_eq!(found.len(), 1, "{end}: {found:?}");
    found[0].clone()
}

/// An empty directory of the case's own.
fn scratch(case: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packaging").join(case);
    drop(fs::remove_dir_all(&path));
    fs::create_dir_all(&path).unwrap();
    path
}

/// Runs a program to its end and gives what it printed; its failure fails the test.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// All files below a directory, each with its mode in octal: `755 usr/bin/standfast`.
fn files(root: &Path) -> Vec<String> {
    let list = run(Command::new("find").arg(root).args(["-not", "-type", "d", "-printf", "%m %P\n"]));
    let mut files: Vec<_> = list.lines().map(str::to_owned).collect();
    files.sort();
    files
}

/// What both packages put onto a host, but the places that differ.
const COMMON: [&str; 8] = [
    "644 usr/share/bash-completion/completions/standfast",
    "644 usr/share/doc/standfast/examples/policy.ini",
    "644 usr/share/doc/standfast/examples/standfast.conf",
    "644 usr/share/fish/vendor_completions.d/standfast.fish",
    "644 usr/share/man/man1/standfast.1.gz",
    "755 usr/bin/standfast",
    "755 usr/libexec/standfast/standfast-upload",
    "755 usr/share/standfast/facts.d/standfast",
];

/// Asserts that what a package manager has installed is whole and works.
fn assert_installed(root: &Path, completion: &str, licence: &str) {
    let mut expected: Vec<_> = COMMON.map(str::to_owned).into();
    expected.extend([completion, licence].map(|path| format!("644 {path}")));
    expected.push("644 usr/share/doc/standfast/README.md".to_owned());
    for page in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") {
            expected.push(format!("644 usr/share/doc/standfast/{name}"));
        }
    }
    expected.sort();
    let installed: Vec<_> = files(root).into_iter().filter(|file| !file.contains(" var/lib/")).collect();
    assert_eq!(installed, expected);

    let program = root.join("usr/bin/standfast");
    assert_eq!(run(Command::new(&program).arg("--version")), format!("standfast {VERSION}\n"));
    assert_finds_its_uploader(&program);
    let example = root.join("usr/share/doc/standfast/examples/policy.ini");
    run(Command::new(&program).args(["policy", "validate"]).arg(example));
    let page = run(Command::new("zcat").arg(root.join("usr/share/man/man1/standfast.1.gz")));
    assert!(page.contains(".TH standfast 1"), "{page}");
    let fact = fs::read(root.join("usr/share/standfast/facts.d/standfast")).unwrap();
    let launcher = Path::new(env!("CARGO_MANIFEST_DIR")).join("puppet-module/facts.d/standfast");
    assert_eq!(fact, fs::read(launcher).unwrap(), "the packages and the module have the same fact");
}

/// Asserts that the program tries to send: nobody listens on port 1, and a report is kept for later.
fn assert_finds_its_uploader(program: &Path) {
    let root = scratch("uploader");
    fs::create_dir_all(root.join("etc")).unwrap();
    let mut report = Command::new(program);
    report.args(["report", "--url", "http://127.0.0.1:1", "--certname", "web1.example.com", "--now"]);
    let output = report.arg("--root").arg(&root).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("127.0.0.1 cannot be asked"), "{output:?}");
}

/// The mode of a file, without its type.
fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{path:?}: {error}")).permissions().mode() & 0o7777
}
