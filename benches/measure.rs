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
    /// What is removed before each run, for a program that changes something.
    forgotten: Vec<PathBuf>,
}

impl Program {
    pub(crate) fn new(path: &Path, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { path: path.to_path_buf(), arguments, stdin: None, forgotten: Vec::new() }
    }

    pub(crate) fn reading(self, stdin: &Path) -> Self {
        Self { stdin: Some(stdin.to_path_buf()), ..self }
    }

    /// Has these files removed, and these directories emptied, before each run.
    pub(crate) fn forgetting(self, paths: &[PathBuf]) -> Self {
        Self { forgotten: paths.to_vec(), ..self }
    }

    /// The command, under a wrapper or not, when what it made before is gone.
    fn command(&self, wrapper: &[&str]) -> Command {
        for path in &self.forgotten {
            let _ = if path.is_dir() {
                std::fs::remove_dir_all(path).and_then(|()| std::fs::create_dir(path))
            } else {
                std::fs::remove_file(path)
            };
        }
        let mut words = wrapper.iter().map(AsRef::as_ref).chain([self.path.as_os_str()]);
        let mut command = Command::new(words.next().unwrap());
        // The same environment everywhere: the dynamic linker and valgrind read it.
        command.args(words).args(&self.arguments).env_clear().env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
        command.stdin(match &self.stdin {
            Some(path) => Stdio::from(File::open(path).unwrap()),
            None => Stdio::null(),
        });
        command
    }

    /// Runs it once: the wall time. What it answers counts only in that it is not a failure.
    fn run_under(&self, wrapper: &[&str]) -> (Duration, String) {
        let mut command = self.command(wrapper);
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

    /// Runs it once, unmeasured; it must end with one of these codes.
    pub(crate) fn run_expecting(&self, codes: &[i32]) {
        let output = self.command(&[]).output().unwrap();
        let is_expected = output.status.code().is_some_and(|code| codes.contains(&code));
        let said = [output.stdout, output.stderr].concat();
        assert!(is_expected, "{self:?}: {}\n{}", output.status, String::from_utf8_lossy(&said));
    }

    /// What it prints.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&self.command(&[]).output().unwrap().stdout).into_owned()
    }

    /// What it prints under a program that tells what it does, and what that says.
    pub(crate) fn traced(&self, wrapper: &[&str]) -> String {
        self.run_under(wrapper).1
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

    /// The median processor time, user and system together, with that of the programs that it has started.
    pub(crate) fn cpu(&self, runs: usize) -> Duration {
        median((0..runs).map(|_| self.cpu_once()).collect())
    }

    fn cpu_once(&self) -> Duration {
        let spent = || {
            let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
            let spent = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
            Duration::from_micros(u64::try_from(spent).unwrap())
        };
        let before = spent();
        self.run_under(&[]);
        spent() - before
    }

    /// The processor time of each in turn, A B C A B C, as often as told: a column each.
    pub(crate) fn cpu_in_turn<const N: usize>(programs: [&Self; N], rounds: usize) -> [Vec<Duration>; N] {
        let mut columns = [const { Vec::new() }; N];
        for _ in 0..rounds {
            for (column, program) in columns.iter_mut().zip(programs) {
                column.push(program.cpu_once());
            }
        }
        columns
    }

    /// The median of the ratios of wall times of this program to another, run in turn.
    pub(crate) fn wall_ratio(&self, other: &Self, runs: usize) -> f64 {
        let one = |_| self.run_under(&[]).0.as_secs_f64() / other.run_under(&[]).0.as_secs_f64();
        let mut ratios: Vec<f64> = (0..runs).map(one).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }
}

/// The median of the ratios of two columns, row by row.
pub(crate) fn ratio(some: &[Duration], others: &[Duration]) -> f64 {
    let ratios = some.iter().zip(others).map(|(one, other)| one.as_secs_f64() / other.as_secs_f64());
    let mut ratios: Vec<f64> = ratios.collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
