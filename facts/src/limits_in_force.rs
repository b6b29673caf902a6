//! The limits of a running process, /proc/PID/limits.

use std::path::Path;

use crate::rlimit::{INFINITY, Limit, Limits, Rlimit};
use crate::root::{ReadError, Root};

/// Reads a process's limits.
///
/// # Errors
/// When the process is gone.
pub fn of_pid(root: &Root, pid: u32) -> Result<Limits, ReadError> {
    Ok(parse(&root.read(Path::new(&format!("/proc/{pid}/limits")))?))
}

/// Parses /proc/PID/limits.
#[must_use]
pub fn parse(bytes: &[u8]) -> Limits {
    let mut limits = Limits([Limit { soft: INFINITY, hard: INFINITY }; 16]);
    for line in String::from_utf8_lossy(bytes).lines() {
        for rlimit in Rlimit::ALL {
            if let Some(rest) = line.strip_prefix(rlimit.proc_title()) {
                let mut words = rest.split_whitespace().map(|word| word.parse().unwrap_or(INFINITY));
                if let (Some(soft), Some(hard)) = (words.next(), words.next()) {
                    limits[rlimit] = Limit { soft, hard };
                }
            }
        }
    }
    limits
}
