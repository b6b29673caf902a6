//! The run's lock and the state directory that it stands in.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::Errno;
use standfast_facts::root::Root;

use super::directory::{self, Directory};
use super::error::{CommitError, Holder, Operation};
use super::resolve::{self, Place};

const LOCK: &str = "lock";
const STATE_MODE: Mode = Mode::RWXU;
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Opens the state directory, and makes it when it is missing.
///
/// mkdir(2) alone will do: the umask can only make 0700 narrower, and a directory above it that is
/// missing is missing in an empty test root, not on a host.
pub(super) fn open_state(root: &Root, path: &Path) -> Result<Directory, CommitError> {
    // Each round makes one directory, or finds that another run has made it.
    for _ in 0..=path.components().count() {
        let (directory, missing) = match resolve::resolve(root, path)? {
            Place::Directory(state) => return Ok(state),
            Place::File { .. } => {
                return Err(CommitError::NotADirectory { path: path.into(), directory: path.into() });
            }
            Place::Missing { directory, missing } => (directory, missing),
        };
        let mode = if missing.len() > 1 { STATE_MODE | Mode::from_raw_mode(0o055) } else { STATE_MODE };
        for name in missing.iter().take(1) {
            match rustix::fs::mkdirat(&directory.fd, name, mode) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => {
                    return Err(CommitError::new(
                        Operation::MakeDirectory,
                        &directory.path.join(name),
                        errno,
                    ));
                }
            }
        }
        directory.sync().map_err(directory.fail(Operation::Sync))?;
    }
    Err(CommitError::NoDirectory { path: path.into(), directory: path.into() })
}

/// Takes the lock, which lasts until the descriptor is closed; waits for another run, but not for ever.
pub(super) fn take(state: &Directory, patience: Duration) -> Result<OwnedFd, CommitError> {
    take_named(state, LOCK, patience)
}

/// As [`take`], with a lock of another name.
pub(super) fn take_named(state: &Directory, name: &str, patience: Duration) -> Result<OwnedFd, CommitError> {
    let path = state.path.join(name);
    let fail = |errno| CommitError::new(Operation::Lock, &path, errno);
    // O_NONBLOCK: a FIFO in its place must not hang the run.
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NONBLOCK;
    let fd = match state.open(OsStr::new(name), flags, Mode::RUSR | Mode::WUSR) {
        Err(Errno::LOOP) => {
            return Err(CommitError::NotAFile { path, found: "symbolic link" });
        }
        answer => answer.map_err(fail)?,
    };
    let (kind, stat) = directory::inspect(&fd, &path)?;
    if kind != FileType::RegularFile {
        return Err(CommitError::NotAFile { path, found: "special file" });
    }
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(fd),
            Err(Errno::INTR) => {}
            Err(Errno::WOULDBLOCK) if start.elapsed() < patience => {
                thread::sleep(pause);
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Err(Errno::WOULDBLOCK) => {
                return Err(CommitError::Locked { path, holder: holder(&stat), waited: start.elapsed() });
            }
            Err(errno) => return Err(fail(errno)),
        }
    }
}

/// Who holds a lock on the file, as the running kernel lists it (proc_locks(5)).
///
/// Nothing is written into the lock file for this: a process ID there outlives its process.
fn holder(stat: &Stat) -> Holder {
    let inode = format!(
        "{:02x}:{:02x}:{}",
        rustix::fs::major(stat.st_dev),
        rustix::fs::minor(stat.st_dev),
        stat.st_ino
    );
    let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    // "1: FLOCK  ADVISORY  WRITE 708 08:02:393229 0 EOF"
    let pid =
        locks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find_map(
            |words| match *words {
                [_, "FLOCK", _, _, pid, file, ..] if file == inode => pid.parse::<u32>().ok(),
                _ => None,
            },
        );
    match pid {
        // A process of another PID namespace is listed as 0.
        Some(pid) if pid > 0 => {
            let comm = PathBuf::from(format!("/proc/{pid}/comm"));
            let name = std::fs::read_to_string(comm).unwrap_or_default().trim_end().to_owned();
            Holder::Process { pid, name }
        }
        _ => Holder::Unknown,
    }
}
