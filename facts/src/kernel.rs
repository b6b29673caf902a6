//! What the kernel allows the machine as a whole, which release it is and since when it runs.

use std::path::{Path, PathBuf};

use crate::search;
use thiserror::Error;

use crate::root::{ReadError, Root};

/// Why a value of the kernel is unknown.
#[derive(Debug, Error)]
pub enum KernelError {
    /// The file is missing or cannot be read; a directory that only holds files has no /proc.
    #[error(transparent)]
    Read(ReadError),
    /// The file holds something else.
    #[error("{path}: holds no {wanted}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What should be in it.
        wanted: &'static str,
    },
}

/// The largest `nofile` that any process may be given (`fs.nr_open`, proc_sys_fs(5)), in descriptors.
///
/// # Errors
/// [`KernelError`] when the file is missing or holds no number.
pub fn nr_open(root: &Root) -> Result<u64, KernelError> {
    number(root, "/proc/sys/fs/nr_open")
}

/// The largest number of threads on the machine (`kernel.threads-max`, proc_sys_kernel(5)).
///
/// # Errors
/// [`KernelError`] when the file is missing or holds no number.
pub fn threads_max(root: &Root) -> Result<u64, KernelError> {
    number(root, "/proc/sys/kernel/threads-max")
}

/// The process number that is never reached (`kernel.pid_max`, proc_sys_kernel(5)).
///
/// # Errors
/// [`KernelError`] when the file is missing or holds no number.
pub fn pid_max(root: &Root) -> Result<u64, KernelError> {
    number(root, "/proc/sys/kernel/pid_max")
}

/// Whether root on this machine may raise hard limits: CAP_SYS_RESOURCE is in PID 1's bounding set, which no process
/// can leave (capabilities(7)). Containers often lack it.
///
/// # Errors
/// [`KernelError`] when /proc is missing or PID 1's status has no such row.
pub fn may_raise_limits(root: &Root) -> Result<bool, KernelError> {
    const CAP_SYS_RESOURCE: u32 = 24;
    let path = "/proc/1/status";
    let bytes = read(root, path)?;
    let row = bytes.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"CapBnd:"));
    let set = row.and_then(|row| u64::from_str_radix(std::str::from_utf8(row).ok()?.trim(), 16).ok());
    let malformed = || KernelError::Malformed { path: PathBuf::from(path), wanted: "set of capabilities" };
    Ok(set.ok_or_else(malformed)? >> CAP_SYS_RESOURCE & 1 == 1)
}

/// The release as `uname -r` prints it.
///
/// # Errors
/// [`KernelError`] when the file is missing.
pub fn release(root: &Root) -> Result<String, KernelError> {
    let bytes = read(root, "/proc/sys/kernel/osrelease")?;
    Ok(String::from_utf8_lossy(bytes.trim_ascii()).into_owned())
}

/// Whole seconds since the machine was started, suspended time included (proc_uptime(5)).
///
/// # Errors
/// [`KernelError`] when the file is missing or holds no number.
pub fn uptime(root: &Root) -> Result<u64, KernelError> {
    let path = "/proc/uptime";
    let bytes = read(root, path)?;
    let seconds = bytes.split(|byte| !byte.is_ascii_digit()).next().and_then(parse);
    seconds.ok_or_else(|| malformed(path, "number of seconds"))
}

/// When the machine was started, in seconds since the epoch (`btime` of proc_stat(5)). The kernel
/// computes it from the wall clock, so it moves when the clock is set.
///
/// # Errors
/// [`KernelError`] when the file is missing or has no such row.
pub fn boot_time(root: &Root) -> Result<u64, KernelError> {
    let path = "/proc/stat";
    let bytes = read(root, path)?;
    let row = search::find(&bytes, b"\nbtime ").and_then(|at| bytes.get(at + 7..));
    let value = row.and_then(|row| row.split(|byte| *byte == b'\n').next()).and_then(parse);
    value.ok_or_else(|| malformed(path, "btime"))
}

fn number(root: &Root, path: &str) -> Result<u64, KernelError> {
    parse(&read(root, path)?).ok_or_else(|| malformed(path, "number"))
}

fn parse(bytes: &[u8]) -> Option<u64> {
    std::str::from_utf8(bytes.trim_ascii()).ok()?.parse().ok()
}

fn read(root: &Root, path: &str) -> Result<Vec<u8>, KernelError> {
    root.read(Path::new(path)).map_err(KernelError::Read)
}

fn malformed(path: &str, wanted: &'static str) -> KernelError {
    KernelError::Malformed { path: PathBuf::from(path), wanted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestRoot;

    #[test]
    fn the_running_kernel_answers() {
        let root = Root::host().unwrap();
        assert!(nr_open(&root).unwrap() >= 1024);
        assert!(threads_max(&root).unwrap() > 20);
        assert!(pid_max(&root).unwrap() > 300);
        assert!(!release(&root).unwrap().is_empty());
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let started = now - uptime(&root).unwrap();
        assert!(boot_time(&root).unwrap().abs_diff(started) <= 2);
    }

    #[test]
    fn damaged_files_are_named() {
        let mut dir = TestRoot::new();
        dir.file("/proc/sys/fs/nr_open", b"").file("/proc/sys/kernel/pid_max", b"4194304 \xff\n");
        dir.file("/proc/stat", b"cpu 1 2 3\nbtime now\n").file("/proc/uptime", b"\0");
        let root = dir.open();
        assert_eq!(nr_open(&root).unwrap_err().to_string(), "/proc/sys/fs/nr_open: holds no number");
        assert!(pid_max(&root).is_err());
        assert_eq!(boot_time(&root).unwrap_err().to_string(), "/proc/stat: holds no btime");
        assert!(uptime(&root).is_err());
        assert_eq!(release(&root).unwrap_err().to_string(), "/proc/sys/kernel/osrelease: no such file");
    }
}
