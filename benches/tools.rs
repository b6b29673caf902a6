//! The programs that are measured: ours, the floor, the real pam_limits and augtool.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::Program;

/// The programs, built.
#[derive(Debug)]
pub(crate) struct Tools {
    standfast: PathBuf,
    hello: PathBuf,
    session: PathBuf,
    fact: PathBuf,
    confdir: PathBuf,
}

impl Tools {
    /// Builds the floor and the program that opens a session.
    pub(crate) fn prepare(work: &Path) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
        let confdir = work.join("pam");
        std::fs::create_dir_all(&confdir).unwrap();
        std::fs::write(confdir.join("bench"), "session required pam_limits.so\n").unwrap();
        let (hello, session) = (work.join("hello"), work.join("session"));
        build(Command::new("rustc").arg("-O").arg("-o").arg(&hello).arg(source.join("hello.rs")));
        build(
            Command::new("cc").args(["-O2", "-o"]).arg(&session).arg(source.join("session.c")).arg("-lpam"),
        );
        // Another build can be measured while one looks for what costs.
        let other = std::env::var_os("STANDFAST_BENCH_BINARY").map(PathBuf::from);
        let built = other.unwrap_or_else(shipped);
        let standfast = installed(&built, work);
        // It is looked for beside the program.
        let upload = built.with_file_name("standfast-upload");
        if upload.exists() {
            installed(&upload, work);
        }
        let hello = installed(&hello, work);
        let fact = lay_fact(&work.join("facts.d"), &standfast);
        Self { standfast, hello, session, fact, confdir }
    }

    pub(crate) fn standfast(&self, arguments: &[&str]) -> Program {
        Program::new(&self.standfast, arguments)
    }

    /// Where our program is.
    pub(crate) fn path(&self) -> &Path {
        &self.standfast
    }

    /// The external fact, as Facter starts it.
    pub(crate) fn fact(&self) -> Program {
        Program::new(&self.fact, &[])
    }

    pub(crate) fn hello(&self) -> Program {
        Program::new(&self.hello, &[])
    }

    /// A session of this user, opened by the real pam_limits.so.
    pub(crate) fn session(&self, user: &str) -> Program {
        Program::new(&self.session, &[&self.confdir.to_string_lossy(), user])
    }

    /// augtool with the lens of limits.conf alone, asked for one thing.
    pub(crate) fn augtool(&self) -> Program {
        let file = "/etc/security/limits.conf";
        let transform = format!("Limits incl {file}");
        let question = format!("get /files{file}/domain[1]");
        Program::new(Path::new("/usr/bin/augtool"), &["-A", "-t", &transform, &question])
    }
}

/// A program as a package manager lays it, byte after byte. What a linker has written in leaps lies in the kernel's cache in
/// smaller pieces, and each start of it takes some 20 faults more.
fn installed(program: &Path, work: &Path) -> PathBuf {
    let directory = work.join("bin");
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join(program.file_name().unwrap());
    let _ = std::fs::remove_file(&path);
    std::fs::copy(program, &path).unwrap();
    path
}

/// Lays the module's fact as pluginsync does, and gives it.
fn lay_fact(facts: &Path, standfast: &Path) -> PathBuf {
    let folder = facts.join("standfast.d").join(std::env::consts::ARCH);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(standfast, folder.join("standfast")).unwrap();
    let launcher = facts.join("standfast");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("puppet-module/facts.d/standfast");
    std::fs::copy(source, &launcher).unwrap();
    launcher
}

/// The program as users have it. Beside tests and benches Cargo builds another: what these need of a library is then in the
/// program too, tables of regex-syntax among it, a megabyte.
fn shipped() -> PathBuf {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = project.join("target/shipped");
    let options = ["build", "--release", "--quiet", "--bins", "--target-dir"];
    build(Command::new(env!("CARGO")).current_dir(project).args(options).arg(&target));
    target.join("release/standfast")
}

fn build(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(status.success(), "{command:?} failed");
}
