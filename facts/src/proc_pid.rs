//! The files of a process in /proc, as far as several modules need them.
//!
//! Source: proc_pid_stat(5), proc_pid_status(5).

use std::ffi::{CStr, OsString};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::search::{self, memchr, memrchr};

use rustix::fs::{OFlags, RawDir};
use rustix::io::Errno;

use crate::root::{ReadError, Root};

/// The numbers of the running processes, in order.
///
/// # Errors
/// When /proc cannot be read.
pub(crate) fn pids(root: &Root) -> Result<Vec<u32>, ReadError> {
    let names = root.list(Path::new("/proc"))?;
    let mut pids: Vec<u32> = names.iter().filter_map(|name| name.to_str()?.parse().ok()).collect();
    pids.sort_unstable();
    Ok(pids)
}

/// What /proc/PID/exe says, or why we may not know.
pub(crate) type Executable = Result<PathBuf, Errno>;

/// The running processes in the order of their numbers, each with what /proc/PID/exe says.
///
/// Hundreds are asked to find the few that count, so nothing is made for those that have none: the kernel's threads.
///
/// # Errors
/// When /proc cannot be read.
pub(crate) fn executables(root: &Root) -> Result<Vec<(u32, Executable)>, ReadError> {
    let path = Path::new("/proc");
    let fail = |errno| ReadError::new(path, errno);
    let directory = root.open_at(path, OFlags::RDONLY | OFlags::DIRECTORY).map_err(fail)?;
    let mut names = [MaybeUninit::uninit(); 8192];
    // PATH_MAX; the kernel gives no longer one.
    let mut target = [MaybeUninit::uninit(); 4096];
    let mut executables = Vec::new();
    let mut entries = RawDir::new(&directory, &mut names);
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(fail)?;
        let Some((pid, link)) = exe_of(entry.file_name()) else { continue };
        let link = CStr::from_bytes_until_nul(&link).unwrap_or_default();
        let exe = match rustix::fs::readlinkat_raw(&directory, link, &mut target) {
            Ok((exe, _)) => Ok(PathBuf::from(OsString::from_vec(exe.to_vec()))),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::SRCH) => continue,
            Err(errno) => Err(errno),
        };
        executables.push((pid, exe));
    }
    executables.sort_unstable_by_key(|(pid, _)| *pid);
    Ok(executables)
}

/// The number that a name in /proc is, and the path of its link from there.
fn exe_of(name: &CStr) -> Option<(u32, [u8; 16])> {
    const EXE: &[u8] = b"/exe\0";
    let digits = name.to_bytes();
    let pid = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let mut path = [0; 16];
    path.get_mut(..digits.len())?.copy_from_slice(digits);
    path.get_mut(digits.len()..digits.len() + EXE.len())?.copy_from_slice(EXE);
    Some((pid, path))
}

/// A file of a process.
pub(crate) fn path(pid: u32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{file}"))
}

/// Reads a file of a process.
///
/// # Errors
/// When the process is gone or the file may not be read.
pub(crate) fn read(root: &Root, pid: u32, file: &str) -> Result<Vec<u8>, ReadError> {
    root.read(&path(pid, file))
}

/// What is needed of /proc/PID/stat.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// What the process calls itself.
    pub(crate) name: String,
    /// The process that started it, or took it over.
    pub(crate) parent: u32,
    /// Whether it is a thread of the kernel.
    pub(crate) kernel_thread: bool,
    /// When it was started, in clock ticks of CLOCK_BOOTTIME.
    pub(crate) start_ticks: u64,
}

impl Stat {
    /// `pid (name) state …`: the name may hold spaces and parentheses, what follows it may not.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        const PARENT: usize = 4;
        const FLAGS: usize = 9;
        const START_TIME: usize = 22;
        /// `PF_KTHREAD` of the kernel's `include/linux/sched.h`.
        const KERNEL_THREAD: u64 = 0x0020_0000;

        let open = memchr(b'(', bytes)?;
        let close = memrchr(b')', bytes)?;
        let name = String::from_utf8_lossy(bytes.get(open + 1..close)?).into_owned();
        let rest = std::str::from_utf8(bytes.get(close + 1..)?).ok()?;
        // Fields are counted from 1, and the third is the first of the rest.
        let field = |number: usize| rest.split_ascii_whitespace().nth(number - 3)?.parse::<u64>().ok();
        Some(Self {
            name,
            parent: u32::try_from(field(PARENT)?).ok()?,
            kernel_thread: field(FLAGS)? & KERNEL_THREAD != 0,
            start_ticks: field(START_TIME)?,
        })
    }
}

/// The numbers in a row of /proc/PID/status, for example of `Uid`: real, effective, saved, file system.
pub(crate) fn numbers(status: &[u8], title: &str) -> Option<Vec<u32>> {
    let head = format!("\n{title}:");
    let row = status.get(search::find(status, head.as_bytes())? + head.len()..)?;
    let row = std::str::from_utf8(row.split(|byte| *byte == b'\n').next()?).ok()?;
    row.split_ascii_whitespace().map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_after_the_last_parenthesis_count() {
        let stat = b"7 (a) S 9 9 (b) c) S 4 1 1 0 -1 2097216 1 0 0 0 0 0 0 0 20 0 1 0 12345 1 1\n";
        let expected =
            Stat { name: "a) S 9 9 (b) c".to_owned(), parent: 4, kernel_thread: true, start_ticks: 12345 };
        assert_eq!(Stat::parse(stat), Some(expected));
    }

    #[test]
    fn hostile_stats_are_refused() {
        for stat in [&b""[..], b"1 (", b"1 )(", b"1 (a)", b"1 (a) \xff", b"(((((", &[b')'; 1000]] {
            assert_eq!(Stat::parse(stat), None, "{stat:?}");
        }
    }

    #[test]
    fn hostile_rows_are_refused() {
        for status in [&b""[..], b"Uid:\t0\t", b"\nUid:\t\xff\n", b"\nUid:\t99999999999\t", b"\nUid:\t-1\t"] {
            assert_eq!(numbers(status, "Uid"), None, "{status:?}");
        }
        assert_eq!(numbers(b"Name:\tx\nUid:\t0\t1\t2\t3\nGid:\t4", "Uid"), Some(vec![0, 1, 2, 3]));
        assert_eq!(numbers(b"Name:\tx\nUid:\t0\t1\t2\t3\nGid:\t4", "Gid"), Some(vec![4]));
    }

    #[test]
    fn this_process_is_among_the_running_ones() {
        let root = Root::host().unwrap();
        let pids = pids(&root).unwrap();
        assert!(pids.contains(&std::process::id()));
        assert!(pids.is_sorted());
    }
}
