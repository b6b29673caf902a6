//! Starts the harness on a release's pam_limits.so and carries cases and answers.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use super::answer::Answer;
use super::case::Case;
use super::frame::frame;

/// A Debian release whose pam_limits.so is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    /// Linux-PAM 1.4.0.
    Debian11,
    /// Linux-PAM 1.5.2: the machine's own.
    Debian12,
    /// Linux-PAM 1.7.0.
    Debian13,
}

impl Release {
    /// All that can be asked: Debian 11 only where its packages can still be had.
    pub(crate) fn all() -> Vec<Self> {
        let all = [Self::Debian11, Self::Debian12, Self::Debian13];
        prepare();
        all.into_iter().filter(|release| release.start_script().exists()).collect()
    }

    fn directory(self) -> PathBuf {
        let name = match self {
            Self::Debian11 => "debian-11",
            Self::Debian12 => "debian-12",
            Self::Debian13 => "debian-13",
        };
        Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracle").join(name)
    }

    fn start_script(self) -> PathBuf {
        self.directory().join("run")
    }

    /// The directory that stands for `/` of the release: the machine's own for Debian 12.
    pub(crate) fn root(self) -> PathBuf {
        let root = self.directory().join("root");
        if root.exists() { root } else { PathBuf::from("/") }
    }
}

/// Builds the harness and brings the modules, once per test program.
fn prepare() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        for script in ["build", "fetch-modules"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/pam").join(script);
            let status =
                Command::new(&path).status().unwrap_or_else(|error| panic!("cannot run {path:?}: {error}"));
            assert!(status.success(), "{path:?} failed: the oracle cannot be asked");
        }
    });
}

/// A running harness.
pub(crate) struct Oracle {
    /// Whose module it is.
    pub(crate) release: Release,
    child: Child,
    /// `None` only while it is being ended.
    cases: Option<BufWriter<ChildStdin>>,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts the harness; a missing header, compiler or module fails the test.
    pub(crate) fn start(release: Release) -> Self {
        prepare();
        let script = release.start_script();
        let mut child = Command::new(&script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {script:?}: {error}"));
        let cases = child.stdin.take().map(|pipe| BufWriter::with_capacity(1 << 16, pipe));
        let answers = BufReader::with_capacity(1 << 16, child.stdout.take().unwrap());
        Self { release, child, cases, answers }
    }

    /// The answer to one case.
    pub(crate) fn ask(&mut self, case: &Case) -> Answer {
        self.ask_all(std::slice::from_ref(case)).remove(0)
    }

    /// The answers to many cases, in their order: cases go out while answers come in.
    pub(crate) fn ask_all(&mut self, cases: &[Case]) -> Vec<Answer> {
        let pipe = self.cases.as_mut().unwrap();
        let answers = &mut self.answers;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                // A harness that has ended says why itself; the missing answer fails the test.
                let sent = cases.iter().try_for_each(|case| pipe.write_all(&frame(case)));
                drop(sent.and_then(|()| pipe.flush()));
            });
            let mut line = String::new();
            let mut read = |case: &Case| {
                line.clear();
                let length = answers.read_line(&mut line).unwrap();
                assert!(length > 0, "the harness ended before it answered {case:?}");
                Answer::parse(&line)
            };
            cases.iter().map(&mut read).collect()
        })
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.cases.take());
        let ended = self.child.wait();
        if !std::thread::panicking() {
            assert!(ended.unwrap().success(), "the harness failed");
        }
    }
}
