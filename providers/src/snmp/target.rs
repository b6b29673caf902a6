//! Where lines are added: a file that the daemon reads.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::DROP_IN;
use super::invocation::DefaultFiles;
use super::keyword::{FileType, Keyword};
use super::lookups::Kind;
use super::reading::is_included;
use super::state::Snmp;
use super::tables::LineId;
use crate::shown::Shown;

/// Why lines cannot go where they should.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TargetError {
    /// The daemon does not read the file that a resource names.
    #[error(
        "snmpd does not read {path}: `target` must be one of its files, or one in a directory that it includes"
    )]
    NotRead {
        /// The file.
        path: Shown,
    },
    /// No file is known that the daemon reads.
    #[error("snmpd is started so that it reads no file in which a line could be added")]
    None,
}

/// The file that gets lines: the one that is named, else one in an included directory, else the admin's own.
///
/// # Errors
/// When the daemon would not read it.
pub fn of(snmp: &Snmp<'_>, named: Option<&Path>) -> Result<PathBuf, TargetError> {
    if let Some(path) = named {
        let not_read = || TargetError::NotRead { path: Shown::bytes(path.as_os_str().as_bytes()) };
        return if is_read(snmp, path) { Ok(path.to_path_buf()) } else { Err(not_read()) };
    }
    let is_admins =
        |line: LineId| snmp.files.get(line.file as usize).is_some_and(|file| file.kind == Kind::Admin);
    let directory = snmp
        .directories
        .iter()
        .find(|directory| directory.file_type == FileType::Daemon && is_admins(directory.line));
    if let Some(directory) = directory {
        return Ok(directory.path.join(DROP_IN));
    }
    if let Some(path) = own_file(snmp) {
        return Ok(path);
    }
    let last = snmp.files.iter().rev().find(|file| file.kind == Kind::Admin);
    last.map(|file| file.path.clone()).ok_or(TargetError::None)
}

/// What must stand before a directive of the daemon in this file, in the place of a line or else at the end: nothing,
/// or, behind a section of another type, that of the daemon for this line alone.
#[must_use]
pub fn section(snmp: &Snmp<'_>, path: &Path, place: Option<LineId>) -> Vec<u8> {
    let Some(file) = snmp.file(path) else { return Vec::new() };
    let before = place.map_or(usize::MAX, |line| line.chunk as usize);
    let lines = file.document.chunks().iter().take(before).filter_map(|chunk| chunk.entry.as_ref());
    let last = lines.rev().find(|line| line.keyword == Keyword::Section);
    match last.and_then(|line| line.file_type) {
        None | Some(FileType::Daemon) => Vec::new(),
        Some(_) => [b"[", snmp.invocation.application.as_slice(), b"] "].concat(),
    }
}

/// Whether a line in this file would be read as one of the daemon's.
fn is_read(snmp: &Snmp<'_>, path: &Path) -> bool {
    let is_new = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        snmp.directories.iter().any(|directory| {
            directory.file_type == FileType::Daemon
                && path.parent() == Some(&directory.path)
                && is_included(name.as_bytes())
        })
    };
    snmp.file(path).is_some_and(|file| file.kind == Kind::Admin)
        || is_new(path)
        || own_file(snmp).is_some_and(|own| own == path)
}

/// The admin's own file in the default directory, be it there or not; `None` where the search path is another.
fn own_file(snmp: &Snmp<'_>) -> Option<PathBuf> {
    let invocation = &snmp.invocation;
    let is_searched = invocation.default_files == DefaultFiles::Read && invocation.conf_path.is_none();
    let name = [&invocation.application[..], b".conf"].concat();
    is_searched.then(|| Path::new("/etc/snmp").join(std::ffi::OsStr::from_bytes(&name)))
}
