//! `Root`, the directory that stands for `/`: the one door to the file system.
#![expect(clippy::disallowed_methods, reason = "what every other module must go through")]

use std::ffi::OsString;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, ResolveFlags, Stat, StatxFlags};
use rustix::io::Errno;
use thiserror::Error;

use crate::seen::{Seen, Stamp};

/// The largest configuration file that is read, in bytes (64 MiB).
///
/// 100,000 entries are 5 MB; what is larger than this is not a configuration file but an accident.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// How much of a directory the kernel tells at once, in bytes: a name is 255 at most.
const DIRECTORY_BYTES: usize = 8192;

/// The directory that stands for `/`.
///
/// Below any other directory than the host's own `/` each path is resolved by the kernel with
/// `RESOLVE_IN_ROOT` (openat2(2)), so that an absolute symbolic link inside stays inside. Joining
/// paths as text would read the host's file instead.
#[derive(Debug)]
pub struct Root {
    dir: OwnedFd,
    path: PathBuf,
    scope: Scope,
    /// What is looked at, where somebody wants to know it.
    pub(crate) seen: Option<Mutex<Option<Seen>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// The running host's own `/`: NSS, /proc and the kernel answer for it.
    Host,
    /// A directory with another system's files: only files answer.
    Contained,
}

/// Whose a file is, who may use it, and when its content last changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// The permission bits, without the kind of file.
    pub mode: u32,
    /// The owning user.
    pub uid: u32,
    /// The owning group.
    pub gid: u32,
    /// When the content last changed.
    pub modified: SystemTime,
}

impl Status {
    pub(crate) fn of(stat: &Stat) -> Self {
        #[allow(clippy::unnecessary_cast, reason = "other widths on other processors")]
        let (seconds, nanos) = (stat.st_mtime as i64, stat.st_mtime_nsec as u32);
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let modified = if seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(whole)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(whole)
        };
        let modified = modified.and_then(|time| time.checked_add(Duration::from_nanos(nanos.into())));
        Self {
            mode: stat.st_mode & 0o7777,
            uid: stat.st_uid,
            gid: stat.st_gid,
            modified: modified.unwrap_or(SystemTime::UNIX_EPOCH),
        }
    }
}

/// Why a directory cannot stand for `/`.
#[derive(Debug, Error)]
pub enum RootError {
    /// The directory is missing, is not a directory, or must not be opened.
    #[error("cannot use {path} as the root directory", path = path.display())]
    Open {
        /// The directory as given.
        path: PathBuf,
        /// What the kernel said.
        source: Errno,
    },
    /// openat2(2) with `RESOLVE_IN_ROOT` came with Linux 5.6.
    #[error("a root directory other than / needs openat2(2), which this kernel lacks (Linux 5.6 has it)")]
    OldKernel,
}

/// Why a file or directory below the root could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Nothing is there, or a symbolic link dangles.
    #[error("{path}: no such file", path = path.display())]
    Missing {
        /// The path below the root.
        path: PathBuf,
    },
    /// A directory, socket or device where a file should be.
    #[error("{path}: is not a regular file", path = path.display())]
    NotAFile {
        /// The path below the root.
        path: PathBuf,
    },
    /// More than [`MAX_FILE_BYTES`].
    #[error("{path}: is larger than {} MiB", MAX_FILE_BYTES >> 20, path = path.display())]
    TooLarge {
        /// The path below the root.
        path: PathBuf,
    },
    /// The kernel refused.
    #[error("cannot read {path}", path = path.display())]
    Io {
        /// The path below the root.
        path: PathBuf,
        /// What the kernel said.
        source: Errno,
    },
}

impl ReadError {
    pub(crate) fn new(path: &Path, source: Errno) -> Self {
        let path = path.to_path_buf();
        match source {
            Errno::NOENT | Errno::NOTDIR => Self::Missing { path },
            Errno::ISDIR => Self::NotAFile { path },
            source => Self::Io { path, source },
        }
    }

    /// Whether nothing is there, as against something that cannot be read.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }
}

impl Root {
    /// The running host.
    ///
    /// # Errors
    /// When `/` itself cannot be opened.
    pub fn host() -> Result<Self, RootError> {
        Self::open(Path::new("/"))
    }

    /// Opens `path` as the directory that stands for `/`.
    ///
    /// # Errors
    /// When it is not a directory, or the kernel cannot contain path resolution in it.
    pub fn open(path: &Path) -> Result<Self, RootError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = rustix::fs::openat(CWD, path, flags, Mode::empty())
            .map_err(|source| RootError::Open { path: path.to_path_buf(), source })?;
        let scope = if is_host_root(&dir, path) { Scope::Host } else { Scope::Contained };
        let root = Self { dir, path: path.to_path_buf(), scope, seen: None };
        if scope == Scope::Contained {
            match root.open_at(Path::new("/"), flags) {
                Err(Errno::NOSYS) => return Err(RootError::OldKernel),
                Err(source) => {
                    return Err(RootError::Open { path: root.path, source });
                }
                Ok(_) => {}
            }
        }
        Ok(root)
    }

    /// Whether this is the running host, where NSS and /proc answer beside the files.
    #[must_use]
    pub fn is_host(&self) -> bool {
        self.scope == Scope::Host
    }

    /// The directory as it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a path below the root; relative and absolute paths mean the same.
    ///
    /// # Errors
    /// What openat2(2) returns; `EINVAL` for flags that could change the file.
    pub fn open_at(&self, path: &Path, flags: OFlags) -> rustix::io::Result<OwnedFd> {
        // O_TMPFILE needs one of these too.
        let changing = OFlags::WRONLY | OFlags::RDWR | OFlags::CREATE | OFlags::TRUNC;
        if flags.intersects(changing) {
            return Err(Errno::INVAL);
        }
        let answer = self.open_as(path, flags | OFlags::CLOEXEC);
        if self.seen.is_some() {
            let found = match &answer {
                Ok(fd) => rustix::fs::fstat(fd).map_or_else(Stamp::No, |stat| Stamp::of(&stat)),
                Err(errno) => Stamp::No(*errno),
            };
            self.note(|seen| seen.note(path, !flags.contains(OFlags::NOFOLLOW), found));
        }
        answer
    }

    pub(crate) fn open_as(&self, path: &Path, flags: OFlags) -> rustix::io::Result<OwnedFd> {
        match self.scope {
            Scope::Host if path.is_absolute() => rustix::fs::openat(CWD, path, flags, Mode::empty()),
            Scope::Host => rustix::fs::openat(&self.dir, path, flags, Mode::empty()),
            Scope::Contained => {
                // The kernel may answer EAGAIN when a rename races with the walk: ask again.
                for _ in 0..32 {
                    match rustix::fs::openat2(&self.dir, path, flags, Mode::empty(), ResolveFlags::IN_ROOT) {
                        Err(Errno::AGAIN) => {}
                        answer => return answer,
                    }
                }
                Err(Errno::AGAIN)
            }
        }
    }

    /// Reads a regular file whole.
    ///
    /// # Errors
    /// [`ReadError`] names the path and why.
    pub fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        // O_NONBLOCK: a FIFO in place of the file must not hang the run.
        let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK;
        let Some(was_lasting) = self.note(|seen| seen.is_lasting()) else {
            let fd = self.open_at(path, flags).map_err(|errno| ReadError::new(path, errno))?;
            return read_open(fd.as_fd(), path);
        };
        let fd = self.open_at(path, flags).map_err(|errno| ReadError::new(path, errno))?;
        let bytes = read_open(fd.as_fd(), path)?;
        if let Ok(stat) = rustix::fs::fstat(&fd) {
            self.note(|seen| seen.note_content(path, &stat, &bytes, was_lasting));
        }
        Ok(bytes)
    }

    /// Opens a regular file that is read piece by piece; with its size in bytes.
    ///
    /// # Errors
    /// As [`Root::read`].
    pub(crate) fn open_file(&self, path: &Path) -> Result<(OwnedFd, usize), ReadError> {
        let fail = |errno| ReadError::new(path, errno);
        let fd = self.open_at(path, OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK).map_err(fail)?;
        let stat = rustix::fs::fstat(&fd).map_err(fail)?;
        if !is_regular(&stat) {
            return Err(ReadError::NotAFile { path: path.to_path_buf() });
        }
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        if size > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge { path: path.to_path_buf() });
        }
        Ok((fd, usize::try_from(size).unwrap_or(0)))
    }

    /// Mode, owner and time of a file or directory; symbolic links are followed.
    ///
    /// # Errors
    /// [`ReadError`] names the path and why.
    pub fn status(&self, path: &Path) -> Result<Status, ReadError> {
        let stat = match self.scope {
            Scope::Host => rustix::fs::statat(&self.dir, path, AtFlags::empty()),
            Scope::Contained => {
                self.open_as(path, OFlags::PATH | OFlags::CLOEXEC).and_then(rustix::fs::fstat)
            }
        };
        self.note(|seen| {
            seen.note(path, true, stat.as_ref().map_or_else(|errno| Stamp::No(*errno), Stamp::of));
        });
        stat.map(|stat| Status::of(&stat)).map_err(|errno| ReadError::new(path, errno))
    }

    /// Reads a regular file whole, with the mode, owner and time of the very file that was read.
    ///
    /// # Errors
    /// [`ReadError`] names the path and why.
    pub fn read_with_status(&self, path: &Path) -> Result<(Vec<u8>, Status), ReadError> {
        let fail = |errno| ReadError::new(path, errno);
        let fd = self.open_at(path, OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK).map_err(fail)?;
        let bytes = read_open(fd.as_fd(), path)?;
        Ok((bytes, Status::of(&rustix::fs::fstat(fd).map_err(fail)?)))
    }

    /// Reads the start of a regular file: at most `most` bytes of it.
    ///
    /// # Errors
    /// [`ReadError`] names the path and why.
    pub fn read_start(&self, path: &Path, most: usize) -> Result<Vec<u8>, ReadError> {
        let fail = |errno| ReadError::new(path, errno);
        let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK;
        let fd = self.open_at(path, flags).map_err(fail)?;
        if !is_regular(&rustix::fs::fstat(&fd).map_err(fail)?) {
            return Err(ReadError::NotAFile { path: path.to_path_buf() });
        }
        let mut bytes = vec![0; most];
        let mut filled = 0;
        while let Some(rest @ [_, ..]) = bytes.get_mut(filled..) {
            match rustix::io::read(&fd, rest).map_err(fail)? {
                0 => break,
                read => filled += read,
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// Reads the end of a regular file: at most `most` bytes of it. Gives whether they are all that it has, too.
    ///
    /// # Errors
    /// [`ReadError`] names the path and why.
    pub fn read_end(&self, path: &Path, most: usize) -> Result<(Vec<u8>, bool), ReadError> {
        let fail = |errno| ReadError::new(path, errno);
        let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK;
        let fd = self.open_at(path, flags).map_err(fail)?;
        let stat = rustix::fs::fstat(&fd).map_err(fail)?;
        if !is_regular(&stat) {
            return Err(ReadError::NotAFile { path: path.to_path_buf() });
        }
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        let start = size.saturating_sub(u64::try_from(most).unwrap_or(u64::MAX));
        let mut bytes = vec![0; most];
        let mut filled = 0;
        while let Some(rest @ [_, ..]) = bytes.get_mut(filled..) {
            let at = start + u64::try_from(filled).unwrap_or(u64::MAX);
            match rustix::io::pread(&fd, rest, at).map_err(fail)? {
                0 => break,
                read => filled += read,
            }
        }
        bytes.truncate(filled);
        Ok((bytes, start == 0))
    }

    /// What a symbolic link says, without following it; of the links in /proc/PID that is what
    /// the kernel knows the file by.
    ///
    /// # Errors
    /// [`ReadError`] names the path and why; `EINVAL` where it is no symbolic link.
    pub fn link(&self, path: &Path) -> Result<PathBuf, ReadError> {
        if self.seen.is_some() && self.is_host() {
            let found = self.stamp(path, false);
            self.note(|seen| seen.note(path, false, found));
        }
        let target = match self.scope {
            Scope::Host => rustix::fs::readlinkat(&self.dir, path, Vec::new()),
            Scope::Contained => self.open_at(path, OFlags::PATH | OFlags::NOFOLLOW).and_then(|fd| {
                // Of what is no link the kernel says here that it does not exist.
                rustix::fs::readlinkat(fd, "", Vec::new())
                    .map_err(|errno| if errno == Errno::NOENT { Errno::INVAL } else { errno })
            }),
        };
        let target = target.map_err(|errno| ReadError::new(path, errno))?;
        Ok(PathBuf::from(OsString::from_vec(target.into_bytes())))
    }

    /// When the file was last changed, in seconds since the epoch; `None` when there is none.
    #[must_use]
    pub fn modified(&self, path: &Path) -> Option<u64> {
        let fd = self.open_at(path, OFlags::PATH).ok()?;
        u64::try_from(rustix::fs::fstat(fd).ok()?.st_mtime).ok()
    }

    /// The names in a directory in byte order, as glob(3) in the C locale sorts them; not `.` and `..`.
    ///
    /// # Errors
    /// [`ReadError`] names the path and why.
    pub fn list(&self, path: &Path) -> Result<Vec<OsString>, ReadError> {
        let mut names = self.list_as_read(path)?;
        names.sort_unstable();
        Ok(names)
    }

    /// The names in a directory in the order in which readdir(3) gives them, which is the order of the file system's
    /// own; not `.` and `..`.
    ///
    /// # Errors
    /// [`ReadError`] names the path and why.
    pub fn list_as_read(&self, path: &Path) -> Result<Vec<OsString>, ReadError> {
        let fail = |errno| ReadError::new(path, errno);
        let fd = self.open_at(path, OFlags::RDONLY | OFlags::DIRECTORY).map_err(fail)?;
        let mut names = Vec::new();
        let mut buffer = [MaybeUninit::uninit(); DIRECTORY_BYTES];
        let mut entries = RawDir::new(fd, &mut buffer);
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(OsString::from_vec(name.to_vec()));
            }
        }
        Ok(names)
    }
}

/// Whether a directory is the host's own `/`, also when it is written `//` or `/.`.
///
/// The same directory mounted elsewhere, or as another mount namespace has it (/proc/PID/root), is
/// another system: other files are mounted over its own.
fn is_host_root(dir: &OwnedFd, path: &Path) -> bool {
    if path == Path::new("/") {
        return true;
    }
    match (rustix::fs::fstat(dir), rustix::fs::stat("/")) {
        (Ok(own), Ok(host)) => {
            (own.st_dev, own.st_ino) == (host.st_dev, host.st_ino)
                && mount_id(dir.as_fd(), "") == mount_id(CWD, "/")
        }
        _ => false,
    }
}

/// The number of the mount that a file is on; `None` before Linux 5.8, which cannot tell.
fn mount_id(dir: BorrowedFd<'_>, path: &str) -> Option<u64> {
    let status = rustix::fs::statx(dir, path, AtFlags::EMPTY_PATH, StatxFlags::MNT_ID).ok()?;
    (status.stx_mask & StatxFlags::MNT_ID.bits() != 0).then_some(status.stx_mnt_id)
}

fn is_regular(stat: &rustix::fs::Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}

/// Reads an open regular file whole; `path` is for the error only.
///
/// # Errors
/// As [`Root::read`].
pub fn read_open(fd: BorrowedFd<'_>, path: &Path) -> Result<Vec<u8>, ReadError> {
    let fail = |errno| ReadError::new(path, errno);
    let stat = rustix::fs::fstat(fd).map_err(fail)?;
    if !is_regular(&stat) {
        return Err(ReadError::NotAFile { path: path.to_path_buf() });
    }
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    if size > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge { path: path.to_path_buf() });
    }
    // A file in /proc says size 0; one more byte than the size lets the last read see the end.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).max(1023) + 1);
    loop {
        if bytes.capacity() == bytes.len() {
            bytes.reserve(bytes.len());
        }
        let read = rustix::io::read(fd, rustix::buffer::spare_capacity(&mut bytes)).map_err(fail)?;
        // Where there is as much as the file is long, the next read would say that it ends.
        if read == 0 || bytes.len() as u64 == size {
            return Ok(bytes);
        }
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge { path: path.to_path_buf() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestRoot;

    #[test]
    fn a_link_is_read_and_not_followed() {
        let mut dir = TestRoot::new();
        dir.link("/a", "/etc/b").file("/c", b"");
        let root = dir.open();
        assert_eq!(root.link(Path::new("/a")).unwrap(), Path::new("/etc/b"));
        assert!(root.link(Path::new("/d")).unwrap_err().is_missing());
        assert!(matches!(root.link(Path::new("/c")), Err(ReadError::Io { source: Errno::INVAL, .. })));
        let exe = Root::host().unwrap().link(Path::new("/proc/self/exe")).unwrap();
        assert_eq!(exe, std::env::current_exe().unwrap());
    }

    #[test]
    fn the_start_of_a_file_is_no_longer_than_asked_for() {
        let mut dir = TestRoot::new();
        dir.file("/a", b"12345");
        let root = dir.open();
        for (most, start) in [(0, &b""[..]), (4, b"1234"), (5, b"12345"), (6, b"12345")] {
            assert_eq!(root.read_start(Path::new("/a"), most).unwrap(), start);
        }
        assert!(matches!(root.read_start(Path::new("/"), 1), Err(ReadError::NotAFile { .. })));
        assert!(root.read_start(Path::new("/b"), 1).unwrap_err().is_missing());
    }

    #[test]
    fn the_end_of_a_file_is_no_longer_than_asked_for() {
        let mut dir = TestRoot::new();
        dir.file("/a", b"12345");
        let root = dir.open();
        for (most, end) in [(0, &b""[..]), (4, b"2345"), (5, b"12345"), (6, b"12345")] {
            assert_eq!(root.read_end(Path::new("/a"), most).unwrap(), (end.to_vec(), most >= 5));
        }
        assert!(matches!(root.read_end(Path::new("/"), 1), Err(ReadError::NotAFile { .. })));
        assert!(root.read_end(Path::new("/b"), 1).unwrap_err().is_missing());
    }
}
