//! The daemons that run, and what each was started with: which file is live says the process, not the unit.
//!
//! Source: proc(5), proc_pid_exe(5), proc_pid_cmdline(5), proc_pid_environ(5).

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::time::{ClockId, clock_gettime};

use crate::ids::{Gid, Uid};
use crate::kernel::KernelError;
use crate::once::fill;
use crate::proc_pid::{self, Stat};
use crate::root::Root;

/// A running daemon. It has no `Debug` text of its arguments, which may hold secrets (snmpd's
/// `--rocommunity=`).
#[derive(Clone, PartialEq, Eq)]
pub struct Daemon {
    /// Its number.
    pub pid: u32,
    /// The number of the process that started it: a daemon of several processes is known by the
    /// one whose parent is not of them.
    pub parent: u32,
    /// The executable, by the path that it has, or had, in the daemon's own root directory.
    pub exe: PathBuf,
    /// Whether the executable was deleted or replaced since: a restart would run another.
    pub replaced: bool,
    /// The command line, the name of the program first. The daemon may have overwritten it.
    pub arguments: Vec<Vec<u8>>,
    /// The working directory, which relative paths of its configuration start from.
    pub cwd: PathBuf,
    /// The directory that it takes for `/`: another one after chroot(2).
    pub root: PathBuf,
    /// When it was started: never later than the truth and at most 11 ms earlier, so a file that was
    /// written in the last 11 ms before the start may seem newer than the daemon.
    pub started: SystemTime,
    /// Its effective user: whose rights it has.
    pub uid: Uid,
    /// Its effective group.
    pub gid: Gid,
    /// How much of this was told.
    pub disclosure: Disclosure,
}

/// How much of a process may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosure {
    /// All of it.
    Full,
    /// What everybody may know. `exe` is the first argument or the name of the process, both of
    /// which any process may choose; `cwd` and `root` are taken to be `/`, `replaced` to be false.
    /// So it is for another user's process when we are not root.
    Public,
}

impl fmt::Debug for Daemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Daemon").field("pid", &self.pid).field("exe", &self.exe).finish_non_exhaustive()
    }
}

impl Daemon {
    /// A variable of the environment that the daemon was started with; the first of a name counts,
    /// as for getenv(3). `None` also where the environment may not be read.
    #[must_use]
    pub fn environment(&self, root: &Root, name: &str) -> Option<Vec<u8>> {
        let environment = proc_pid::read(root, self.pid, "environ").ok()?;
        variable(&environment, name.as_bytes()).map(<[u8]>::to_vec)
    }

    /// `None` when the process is gone or is not what the scan saw.
    fn read(root: &Root, seen: &Seen) -> Option<Self> {
        let pid = seen.pid;
        let stat = Stat::parse(&proc_pid::read(root, pid, "stat").ok()?)?;
        // Such a thread may bear any name, and has no executable.
        if stat.kernel_thread {
            return None;
        }
        let status = proc_pid::read(root, pid, "status").ok()?;
        let effective = |title| proc_pid::numbers(&status, title)?.get(1).copied();
        let arguments = arguments(&proc_pid::read(root, pid, "cmdline").ok()?);
        let link = |file| root.link(&proc_pid::path(pid, file)).ok();
        let (exe, replaced, disclosure) = match &seen.program {
            // The number may belong to another process by now.
            Program::Exe(exe) if link("exe").as_ref() != Some(exe) => return None,
            Program::Exe(exe) => {
                let (exe, replaced) = executable(exe.as_os_str().as_bytes());
                (exe, replaced, Disclosure::Full)
            }
            Program::Name(name) => (exe_by_name(name, &arguments), false, Disclosure::Public),
        };
        Some(Self {
            pid,
            parent: stat.parent,
            exe,
            replaced,
            arguments,
            cwd: link("cwd").unwrap_or_else(|| PathBuf::from("/")),
            root: link("root").unwrap_or_else(|| PathBuf::from("/")),
            started: started(stat.start_ticks),
            uid: Uid(effective("Uid")?),
            gid: Gid(effective("Gid")?),
            disclosure,
        })
    }
}

/// The running daemons of a machine; /proc is looked through once, when the first is asked for.
#[derive(Debug)]
pub struct Daemons<'r> {
    root: &'r Root,
    scan: OnceCell<Vec<Seen>>,
}

/// A process as the scan saw it.
#[derive(Debug)]
struct Seen {
    pid: u32,
    program: Program,
}

#[derive(Debug)]
enum Program {
    /// What /proc/PID/exe says.
    Exe(PathBuf),
    /// /proc/PID/comm, at most 15 bytes, where we may not know the executable.
    Name(Vec<u8>),
}

impl<'r> Daemons<'r> {
    /// Nothing has been looked for yet.
    #[must_use]
    pub fn new(root: &'r Root) -> Self {
        Self { root, scan: OnceCell::new() }
    }

    /// The processes of this machine whose executable has one of these file names, in the order of
    /// their numbers. None below another root. Processes of a container (another process namespace
    /// below ours) are the container's and left out.
    ///
    /// # Errors
    /// When /proc cannot be read.
    pub fn running(&self, names: &[&str]) -> Result<Vec<Daemon>, KernelError> {
        let own = |seen: &&Seen| !is_of_a_container(self.root, seen.pid);
        let seen = self.scan()?.iter().filter(|seen| seen.is_one_of(names)).filter(own);
        Ok(seen.filter_map(|seen| Daemon::read(self.root, seen)).collect())
    }

    fn scan(&self) -> Result<&[Seen], KernelError> {
        fill(&self.scan, || {
            if !self.root.is_host() {
                return Ok(Vec::new());
            }
            let executables = proc_pid::executables(self.root).map_err(KernelError::Read)?;
            Ok(executables.into_iter().filter_map(|(pid, exe)| Seen::of(self.root, pid, exe)).collect())
        })
        .map(Vec::as_slice)
    }
}

impl Seen {
    /// `None` for what is gone.
    fn of(root: &Root, pid: u32, exe: proc_pid::Executable) -> Option<Self> {
        let program = match exe {
            Ok(exe) => Program::Exe(exe),
            Err(_) => {
                let comm = proc_pid::read(root, pid, "comm").ok()?;
                Program::Name(comm.strip_suffix(b"\n").unwrap_or(&comm).to_vec())
            }
        };
        Some(Self { pid, program })
    }

    fn is_one_of(&self, names: &[&str]) -> bool {
        match &self.program {
            Program::Exe(exe) => {
                let (exe, _) = executable(exe.as_os_str().as_bytes());
                names.iter().any(|name| exe.file_name() == Some(OsStr::new(name)))
            }
            Program::Name(comm) => names.iter().any(|name| cut(name.as_bytes()) == comm.as_slice()),
        }
    }
}

/// A name as the kernel keeps it: `TASK_COMM_LEN` less the final NUL.
fn cut(name: &[u8]) -> &[u8] {
    name.get(..15).unwrap_or(name)
}

/// The path that /proc/PID/exe names, and whether another file is there now.
///
/// Kernels before 3.18 (RHEL 7) give a replaced file the temporary name of its successor, which is
/// that of rpm (`ntpd;5f3a1b2c`), dpkg (`ntpd.dpkg-new`) or prelink (`ntpd.#prelink#.a1B2c3`).
/// Source: `copy_name` in the kernel's `fs/dcache.c`.
fn executable(link: &[u8]) -> (PathBuf, bool) {
    let path = |bytes: &[u8]| PathBuf::from(OsStr::from_bytes(bytes));
    let Some(deleted) = link.strip_suffix(b" (deleted)") else { return (path(link), false) };
    let name_at = crate::search::memrchr(b'/', deleted).map_or(0, |slash| slash + 1);
    let name = deleted.get(name_at..).unwrap_or_default();
    let of_rpm = || {
        let at = crate::search::memrchr(b';', name)?;
        let number = name.get(at + 1..)?;
        (number.len() == 8 && number.iter().all(u8::is_ascii_hexdigit)).then_some(at)
    };
    let of_dpkg = || name.strip_suffix(b".dpkg-new").map(<[u8]>::len);
    let of_prelink = || crate::search::find(name, b".#prelink#");
    let kept = of_rpm().or_else(of_dpkg).or_else(of_prelink).filter(|kept| *kept > 0).unwrap_or(name.len());
    (path(deleted.get(..name_at + kept).unwrap_or(deleted)), true)
}

/// The executable of a process of which only the name is known.
fn exe_by_name(comm: &[u8], arguments: &[Vec<u8>]) -> PathBuf {
    let argument = arguments.first().map(|argument| Path::new(OsStr::from_bytes(argument)));
    let names_it = |path: &&Path| path.file_name().is_some_and(|name| cut(name.as_bytes()) == comm);
    let path = argument.filter(names_it).unwrap_or(Path::new(OsStr::from_bytes(comm)));
    path.to_path_buf()
}

/// The arguments of /proc/PID/cmdline, each of which ends with NUL; empty ones count.
fn arguments(cmdline: &[u8]) -> Vec<Vec<u8>> {
    match cmdline.strip_suffix(b"\0").unwrap_or(cmdline) {
        b"" if cmdline.is_empty() => Vec::new(),
        arguments => arguments.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect(),
    }
}

/// The value of a variable in /proc/PID/environ.
fn variable<'e>(environment: &'e [u8], name: &[u8]) -> Option<&'e [u8]> {
    environment.split(|byte| *byte == 0).find_map(|entry| entry.strip_prefix(name)?.strip_prefix(b"="))
}

/// Whether the process is of a namespace of processes below ours, in which it has another number.
fn is_of_a_container(root: &Root, pid: u32) -> bool {
    let numbers = proc_pid::read(root, pid, "status").ok().and_then(|status| {
        // Linux 4.1 has this row.
        proc_pid::numbers(&status, "NSpid")
    });
    match numbers {
        Some(numbers) => numbers.len() > 1,
        None => {
            let own = root.link(Path::new("/proc/self/ns/pid")).ok();
            let its = root.link(&proc_pid::path(pid, "ns/pid")).ok();
            own.is_some() && its.is_some() && own != its
        }
    }
}

/// The time of day that many clock ticks after the machine was started.
///
/// Ticks count in CLOCK_BOOTTIME, and are rounded down. `btime` of /proc/stat is no way to the
/// time of day: it is whole seconds, and the kernel computes it from the wall clock at each reading,
/// so that it differs by one from reading to reading. When the wall clock was set since, the answer
/// is what the clock would have shown, had it been right then; the times of files that were written
/// before stay as they were.
fn started(ticks: u64) -> SystemTime {
    let (since_start, now) = clocks();
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    let nanoseconds = u128::from(ticks) * 1_000_000_000 / u128::from(per_second);
    let ticks = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
    now.checked_sub(since_start.saturating_sub(ticks)).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// How long the machine has run, suspended time included, and the time of day, as of the same
/// millisecond; the first is the later one.
fn clocks() -> (Duration, SystemTime) {
    const TRIES: u32 = 16;
    let since_start = || Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default();
    let mut tries = 0;
    loop {
        let (before, now, after) = (since_start(), SystemTime::now(), since_start());
        tries += 1;
        // We may have had to wait for the processor in between.
        if tries == TRIES || after.saturating_sub(before) < Duration::from_millis(1) {
            return (after, now);
        }
    }
}

#[cfg(test)]
#[path = "daemons_tests.rs"]
mod tests;
