//! The limits that the kernel enforces on a process: /proc/PID/limits.
//!
//! Source: proc_pid_limits(5), kernel `fs/proc/base.c` (`proc_pid_limits`): a line of titles, then
//! one row per limit with the title padded to 25 columns, the values to 20.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::rlimit::{INFINITY, Limit, Limits, Rlimit};
use crate::root::{ReadError, Root};

/// Why the limits of a process are unknown.
#[derive(Debug, Error)]
pub enum LimitsError {
    /// The process is gone, or /proc cannot be read.
    #[error(transparent)]
    Read(ReadError),
    /// The kernel, or whoever stands in for it, wrote no such row or no two values in it.
    #[error("{path}: has no readable row {title:?}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The title of the first row that is missing or damaged.
        title: &'static str,
    },
}

impl LimitsError {
    /// Whether the process is gone.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Read(error) if error.is_missing())
    }
}

/// The limits of process `pid`, in the kernel's units.
///
/// # Errors
/// [`LimitsError::Read`] when the process is gone; [`LimitsError::Malformed`] when a row is missing.
pub fn of_pid(root: &Root, pid: u32) -> Result<Limits, LimitsError> {
    of_file(root, Path::new(&format!("/proc/{pid}/limits")))
}

/// The limits of this process.
///
/// # Errors
/// As [`of_pid`].
pub fn of_self(root: &Root) -> Result<Limits, LimitsError> {
    of_file(root, Path::new("/proc/self/limits"))
}

fn of_file(root: &Root, path: &Path) -> Result<Limits, LimitsError> {
    let bytes = root.read(path).map_err(LimitsError::Read)?;
    parse(&bytes)
        .map_err(|limit| LimitsError::Malformed { path: path.to_path_buf(), title: limit.proc_title() })
}

/// Parses the bytes of the file; rows that are unknown are ignored.
///
/// # Errors
/// The first limit whose row is missing or damaged.
pub fn parse(bytes: &[u8]) -> Result<Limits, Rlimit> {
    let mut found: [Option<Limit>; 16] = [None; 16];
    let mut next = 0;
    for line in bytes.split(|byte| *byte == b'\n') {
        // The rows come in the kernel's order; look elsewhere only when one does not.
        let limit = Rlimit::ALL
            .iter()
            .skip(next)
            .chain(Rlimit::ALL.iter().take(next))
            .find(|limit| line.starts_with(limit.proc_title().as_bytes()));
        let Some(limit) = limit else { continue };
        next = limit.index() + 1;
        let values = line.get(limit.proc_title().len()..).unwrap_or_default();
        if let Some(slot) = found.get_mut(limit.index()) {
            *slot = row(values);
        }
    }
    let mut limits = Limits([Limit::both(0); 16]);
    for limit in Rlimit::ALL {
        limits[limit] = found.get(limit.index()).copied().flatten().ok_or(limit)?;
    }
    Ok(limits)
}

fn row(values: &[u8]) -> Option<Limit> {
    let mut values = values.split(u8::is_ascii_whitespace).filter(|value| !value.is_empty());
    Some(Limit { soft: value(values.next()?)?, hard: value(values.next()?)? })
}

fn value(text: &[u8]) -> Option<u64> {
    match text {
        b"unlimited" => Some(INFINITY),
        digits => std::str::from_utf8(digits).ok()?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const TEXT: &str = "\
Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max file size             unlimited            unlimited            bytes     
Max data size             unlimited            unlimited            bytes     
Max stack size            8388608              unlimited            bytes     
Max core file size        0                    unlimited            bytes     
Max resident set          unlimited            unlimited            bytes     
Max processes             3865                 4096                 processes 
Max open files            1024                 1048576              files     
Max locked memory         65536                65536                bytes     
Max address space         18446744073709551614 unlimited            bytes     
Max file locks            unlimited            unlimited            locks     
Max pending signals       3865                 3865                 signals   
Max msgqueue size         819200               819200               bytes     
Max nice priority         0                    40                   
Max realtime priority     0                    99                   
Max realtime timeout      unlimited            unlimited            us        
";

    #[test]
    fn each_row_is_read_in_the_kernels_unit() {
        let limits = parse(TEXT.as_bytes()).unwrap();
        assert_eq!(limits[Rlimit::Nproc], Limit { soft: 3865, hard: 4096 });
        assert_eq!(limits[Rlimit::As], Limit { soft: u64::MAX - 1, hard: INFINITY });
        assert_eq!(limits[Rlimit::Nice], Limit { soft: 0, hard: 40 });
        assert_eq!(limits[Rlimit::Rttime], Limit::both(INFINITY));
    }

    #[test]
    fn another_order_or_more_rows_are_no_matter() {
        let mut lines: Vec<_> = TEXT.lines().collect();
        lines.reverse();
        lines.insert(3, "Max patience              1                    2                    hours");
        assert_eq!(parse(lines.join("\n").as_bytes()), parse(TEXT.as_bytes()));
    }

    #[test]
    fn the_damaged_row_is_named() {
        assert_eq!(parse(b""), Err(Rlimit::Cpu));
        for (from, to) in [
            ("Max processes             3865", "Max processes             many"),
            ("Max processes             3865", "Max processes             -3865"),
            ("Max processes ", "Max proceses "),
            (
                "Max processes             3865                 4096                 processes",
                "Max processes",
            ),
            ("3865                 4096", "3865                 99999999999999999999"),
            ("3865                 4096", "3865\0                \u{fe} 4096"),
        ] {
            assert_eq!(parse(TEXT.replacen(from, to, 1).as_bytes()), Err(Rlimit::Nproc), "{to:?}");
        }
        assert_eq!(parse(&vec![b'\n'; 100_000]), Err(Rlimit::Cpu));
    }

    #[test]
    fn prlimit_tells_the_same_of_this_process() {
        let root = Root::host().unwrap();
        let limits = of_self(&root).unwrap();
        assert_eq!(of_pid(&root, std::process::id()).unwrap(), limits);
        let output = Command::new("prlimit")
            .args(["--raw", "--noheadings", "--output=RESOURCE,SOFT,HARD"])
            .arg(format!("--pid={}", std::process::id()))
            .output()
            .expect("prlimit is part of util-linux");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().count(), 16);
        for line in text.lines() {
            let fields: Vec<_> = line.split_whitespace().collect();
            let limit = Rlimit::from_item(fields[0].to_lowercase().as_bytes()).unwrap();
            let number = |text: &str| if text == "unlimited" { INFINITY } else { text.parse().unwrap() };
            assert_eq!(limits[limit], Limit { soft: number(fields[1]), hard: number(fields[2]) }, "{line}");
        }
    }

    #[test]
    fn a_process_that_is_gone_is_missing() {
        let error = of_pid(&Root::host().unwrap(), u32::MAX).unwrap_err();
        assert!(error.is_missing());
        assert_eq!(error.to_string(), "/proc/4294967295/limits: no such file");
    }
}
