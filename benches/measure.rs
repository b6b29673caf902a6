//! What a run of a program costs: instructions, time, memory.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// A program with its arguments, ready to be run again and again.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    stdin: Option<PathBuf>,
    /// What has to be done before each run, for a program that changes something.
    before: Option<fn()>,
}

impl Program {
    pub(crate) fn new(path: &Path, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { path: path.to_path_buf(), arguments, stdin: None, before: None }
    }

    pub(crate) fn reading(self, stdin: &Path) -> Self {
        Self { stdin: Some(stdin.to_path_buf()), ..self }
    }

    pub(crate) fn after(self, before: fn()) -> Self {
        Self { before: Some(before), ..self }
    }

    /// Runs it once: the wall time. What it answers counts only in that it is not a failure.
    fn run_under(&self, wrapper: &[&str]) -> (Duration, String) {
        if let Some(before) = self.before {
            before();
        }
        let mut words = wrapper.iter().map(AsRef::as_ref).chain([self.path.as_os_str()]);
        let mut command = Command::new(words.next().unwrap());
        // The same environment everywhere: the dynamic linker and valgrind read it.
        command.args(words).args(&self.arguments).env_clear().env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
        command.stdin(match &self.stdin {
            Some(path) => Stdio::from(File::open(path).unwrap()),
            None => Stdio::null(),
        });
        command.stdout(Stdio::null());
        // A pipe that must be drained costs a thread; only valgrind's and time's words are wanted.
        command.stderr(if wrapper.is_empty() { Stdio::null() } else { Stdio::piped() });
        let started = Instant::now();
        let child = command.spawn().unwrap_or_else(|error| panic!("cannot run {self:?}: {error}"));
        let output = child.wait_with_output().unwrap();
        let wall = started.elapsed();
        // 0 and 2 are in sync and drift; all else is a failure.
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0 | 2)), "{self:?} failed: {}\n{said}", output.status);
        (wall, said)
    }

    /// What it prints.
    pub(crate) fn said(&self) -> String {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).stdin(match &self.stdin {
            Some(path) => Stdio::from(File::open(path).unwrap()),
            None => Stdio::null(),
        });
        String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned()
    }

    /// The instructions that it executes, without the kernel's.
    pub(crate) fn instructions(&self) -> u64 {
        let valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let (_, said) = self.run_under(&valgrind);
        let count = said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count);
        count.and_then(|count| count.trim().parse().ok()).unwrap_or_else(|| panic!("callgrind said {said}"))
    }

    /// The most memory that it held, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        let (_, said) = self.run_under(&["/usr/bin/time", "-f", "peak %M"]);
        let peak = said.lines().find_map(|line| line.strip_prefix("peak ")).map(str::trim);
        peak.and_then(|peak| peak.parse().ok()).unwrap_or_else(|| panic!("time said {said}"))
    }

    /// The median wall time.
    pub(crate) fn wall(&self, runs: usize) -> Duration {
        median((0..runs).map(|_| self.run_under(&[]).0).collect())
    }

    /// The median processor time, user and system together.
    pub(crate) fn cpu(&self, runs: usize) -> Duration {
        let spent = || {
            let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
            let spent = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
            Duration::from_micros(u64::try_from(spent).unwrap())
        };
        let one = |_| {
            let before = spent();
            self.run_under(&[]);
            spent() - before
        };
        median((0..runs).map(one).collect())
    }

    /// The median of the ratios of wall times of this program to another, run in turn.
    pub(crate) fn wall_ratio(&self, other: &Self, runs: usize) -> f64 {
        let one = |_| self.run_under(&[]).0.as_secs_f64() / other.run_under(&[]).0.as_secs_f64();
        let mut ratios: Vec<f64> = (0..runs).map(one).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
