//! What the kernel is set to, from /proc/sys.

use std::path::Path;

use crate::root::{ReadError, Root};

/// The greatest number of open files that setrlimit(2) takes, `fs.nr_open`; `None` below another root.
///
/// # Errors
/// When /proc/sys cannot be read.
pub fn nr_open(root: &Root) -> Result<Option<u64>, ReadError> {
    if !root.is_host() {
        return Ok(None);
    }
    let bytes = root.read(Path::new("/proc/sys/fs/nr_open"))?;
    Ok(std::str::from_utf8(bytes.trim_ascii()).ok().and_then(|text| text.parse().ok()))
}
