//! What a file was before it was changed, kept in the state directory; cp(1) restores it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use standfast_facts::root::read_open;

use super::directory::{self, Directory};
use super::error::{CommitError, Operation};
use super::temp::{Onto, Temp};

/// How many backups of one file are kept.
pub const BACKUPS_KEPT: usize = 5;

const BACKUPS: &str = "backups";
// NAME_MAX is 255; the rest is for ".~NUMBER~" and the hash.
const LONGEST_NAME: usize = 200;

/// Opens the directory of backups, and makes it when it is missing.
pub(super) fn open(state: &Directory) -> Result<Directory, CommitError> {
    match rustix::fs::mkdirat(&state.fd, BACKUPS, Mode::RWXU) {
        Ok(()) => state.sync().map_err(state.fail(Operation::Sync))?,
        Err(Errno::EXIST) => {}
        Err(errno) => {
            return Err(CommitError::new(Operation::MakeDirectory, &state.path.join(BACKUPS), errno));
        }
    }
    open_existing(state)
}

/// Removes the temp files that a killed run left among the backups, if there are any backups.
pub(super) fn sweep(state: &Directory) -> Result<usize, CommitError> {
    match state.stat(OsStr::new(BACKUPS))? {
        None => Ok(0),
        Some(_) => open_existing(state)?.sweep(),
    }
}

fn open_existing(state: &Directory) -> Result<Directory, CommitError> {
    let path = state.path.join(BACKUPS);
    let fd = match state.subdirectory(OsStr::new(BACKUPS)) {
        Err(Errno::NOTDIR | Errno::LOOP) => {
            return Err(CommitError::NotADirectory { path: path.clone(), directory: path });
        }
        answer => answer.map_err(|errno| CommitError::new(Operation::Open, &path, errno))?,
    };
    let (_, stat) = directory::inspect(&fd, &path)?;
    match directory::weakness(&stat) {
        None => Ok(Directory { fd, path }),
        Some(weakness) => Err(CommitError::UnsafeDirectory { path: path.clone(), directory: path, weakness }),
    }
}

/// Keeps `bytes` as the newest backup of `path`, durably, and removes the oldest beyond [`BACKUPS_KEPT`].
pub(super) fn keep(backups: &Directory, path: &Path, bytes: &[u8]) -> Result<(), CommitError> {
    let stem = stem(path);
    backups.sweep()?;
    let mut numbers: Vec<u64> = backups.list()?.iter().filter_map(|name| number(&stem, name)).collect();
    numbers.sort_unstable();
    let newest = numbers.last().copied();
    // A run that failed after its backup leaves the file as it was: five tries must not push out older states.
    if newest.is_some_and(|newest| holds(backups, &numbered(&stem, newest), bytes)) {
        return Ok(());
    }
    let next = newest.unwrap_or(0).saturating_add(1);
    let name = numbered(&stem, next);
    let temp = Temp::create(backups, &name)?;
    temp.write(bytes)?;
    temp.sync()?;
    temp.install(&name, Onto::Free)
        .map_err(|errno| CommitError::new(Operation::Replace, &backups.path.join(&name), errno))?;
    numbers.push(next);
    for old in numbers.iter().rev().skip(BACKUPS_KEPT) {
        backups.remove(&numbered(&stem, *old))?;
    }
    backups.sync().map_err(backups.fail(Operation::Sync))
}

fn holds(backups: &Directory, name: &OsStr, bytes: &[u8]) -> bool {
    let open = backups.open(name, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty());
    open.is_ok_and(|fd| read_open(std::os::fd::AsFd::as_fd(&fd), Path::new(name)).is_ok_and(|is| is == bytes))
}

/// The path as one file name: `/etc/security/limits.conf` becomes `etc,security,limits.conf`.
fn stem(path: &Path) -> Vec<u8> {
    let mut stem = Vec::new();
    for &byte in path.as_os_str().as_bytes().trim_ascii_start() {
        match byte {
            b'/' if stem.is_empty() => {}
            b'/' => stem.push(b','),
            b',' | b'%' | b'~' => stem.extend_from_slice(format!("%{byte:02x}").as_bytes()),
            byte => stem.push(byte),
        }
    }
    if stem.len() > LONGEST_NAME {
        let hash = stem.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        stem.drain(..stem.len() - LONGEST_NAME);
        stem.extend_from_slice(format!("%{hash:016x}").as_bytes());
    }
    stem
}

/// Numbered as `cp --backup=numbered` does: a clock may jump back, a number does not.
fn numbered(stem: &[u8], number: u64) -> OsString {
    let mut name = stem.to_vec();
    name.extend_from_slice(format!(".~{number}~").as_bytes());
    OsString::from_vec(name)
}

fn number(stem: &[u8], name: &OsStr) -> Option<u64> {
    let digits = name.as_bytes().strip_prefix(stem)?.strip_prefix(b".~")?.strip_suffix(b"~")?;
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|number| numbered(stem, *number) == name)
}
