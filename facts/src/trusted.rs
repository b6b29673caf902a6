//! Files that decide what root does: read only when nobody but root could have written them.
#![expect(clippy::disallowed_methods, reason = "opens one name in a directory that `Root` has opened")]

use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use thiserror::Error;

use crate::root::{ReadError, Root, Status, read_open};

/// Who may use a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Root alone, to read and to write: mode 0600 or narrower.
    Private,
    /// Others than root may read it, as far as it goes, and not write.
    RootWrites,
}

/// Why a file is not believed. Nothing of its content is told.
#[derive(Debug, Error)]
pub enum TrustError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A link could lead anywhere.
    #[error("{path}: is a symbolic link, and should be the file itself", path = path.display())]
    Link {
        /// The path below the root.
        path: PathBuf,
    },
    /// It belongs to somebody else.
    #[error("{path}: belongs to user {uid}, and should be root's", path = path.display())]
    Owner {
        /// The path below the root.
        path: PathBuf,
        /// Whose it is.
        uid: u32,
    },
    /// Others may write to it, or read it where they must not.
    #[error("{path}: has mode {mode:04o}, and others than root {may} it", path = path.display(), may = may(*access))]
    Mode {
        /// The path below the root.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// What it should be.
        access: Access,
    },
    /// Others could put another file in its place.
    #[error("{path}: others than root may put files into it (user {uid}, mode {mode:04o})", path = path.display())]
    Directory {
        /// The directory, below the root.
        path: PathBuf,
        /// Whose it is.
        uid: u32,
        /// Its permission bits.
        mode: u32,
    },
}

fn may(access: Access) -> &'static str {
    match access {
        Access::Private => "must not read or write",
        Access::RootWrites => "must not write",
    }
}

impl TrustError {
    /// Whether nothing is there, as against something that is not believed.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Read(error) if error.is_missing())
    }

    /// Whether whoever asks must not look.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Read(ReadError::Io { source: Errno::ACCESS | Errno::PERM, .. }))
    }
}

/// Reads a file that root alone can have written, in a directory where root alone can have put it; with its status.
///
/// # Errors
/// [`TrustError`] names what others could have changed.
pub fn read(root: &Root, path: &Path, access: Access) -> Result<(Vec<u8>, Status), TrustError> {
    let missing = || ReadError::Missing { path: path.to_path_buf() };
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Err(missing().into()) };
    let directory = root
        .open_at(parent, OFlags::PATH | OFlags::DIRECTORY)
        .map_err(|errno| ReadError::new(path, errno))?;
    let status = Status::of(&rustix::fs::fstat(&directory).map_err(|errno| ReadError::new(parent, errno))?);
    if !is_trusted_owner(status.uid) || may_write(&status) {
        let (uid, mode) = (status.uid, status.mode);
        return Err(TrustError::Directory { path: parent.to_path_buf(), uid, mode });
    }
    let file = open(&directory, name, path)?;
    let stat = rustix::fs::fstat(&file).map_err(|errno| ReadError::new(path, errno))?;
    let status = Status::of(&stat);
    if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
        judge(path, &status, access)?;
    }
    Ok((read_open(file.as_fd(), path)?, status))
}

/// Whether a file that is open already may be believed.
///
/// # Errors
/// [`TrustError`] names what others could have changed.
pub fn judge(path: &Path, status: &Status, access: Access) -> Result<(), TrustError> {
    let path = || path.to_path_buf();
    if !is_trusted_owner(status.uid) {
        return Err(TrustError::Owner { path: path(), uid: status.uid });
    }
    let is_open = match access {
        Access::Private => status.mode & 0o077 != 0,
        Access::RootWrites => may_write(status),
    };
    if is_open {
        return Err(TrustError::Mode { path: path(), mode: status.mode, access });
    }
    Ok(())
}

/// A symbolic link is an error, and a FIFO must not hang the run.
fn open(directory: &OwnedFd, name: &OsStr, path: &Path) -> Result<OwnedFd, TrustError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    rustix::fs::openat(directory, name, flags, Mode::empty()).map_err(|errno| match errno {
        Errno::LOOP => TrustError::Link { path: path.to_path_buf() },
        errno => ReadError::new(path, errno).into(),
    })
}

/// Root, or whoever runs this: he can do to the machine himself what the file makes him do.
fn is_trusted_owner(uid: u32) -> bool {
    uid == 0 || uid == rustix::process::geteuid().as_raw()
}

/// Whether others may write. Puppet gives its files to root's group with mode 0660.
fn may_write(status: &Status) -> bool {
    status.mode & 0o002 != 0 || status.mode & 0o020 != 0 && status.gid != 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "a test makes its own files")]

    use std::fs;
    use std::os::unix::fs::{PermissionsExt, chown};

    use super::*;
    use crate::testing::TestRoot;

    /// What is said of `/d/file` after this was done to `d` and to the file.
    fn said(access: Access, mode: (u32, u32), uid: (u32, u32), gid: u32) -> String {
        let mut dir = TestRoot::new();
        dir.file("/d/file", b"text");
        let root = dir.open();
        for (path, mode, uid, gid) in [("d/file", mode.1, uid.1, gid), ("d", mode.0, uid.0, 0)] {
            let path = root.path().join(path);
            chown(&path, Some(uid), Some(gid)).expect("these tests give files away: run them as root");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        match read(&root, Path::new("/d/file"), access) {
            Ok((bytes, status)) => {
                assert_eq!((bytes.as_slice(), status.mode), (&b"text"[..], mode.1));
                String::new()
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_root_alone_can_have_written_is_read() {
        assert_eq!(said(Access::Private, (0o700, 0o600), (0, 0), 0), "");
        assert_eq!(said(Access::Private, (0o755, 0o400), (0, 0), 0), "");
        assert_eq!(said(Access::RootWrites, (0o750, 0o660), (0, 0), 0), "", "as Puppet has it");
        assert_eq!(said(Access::RootWrites, (0o755, 0o644), (0, 0), 33), "");
    }

    #[test]
    fn what_others_could_have_written_is_refused_with_the_reason() {
        for (access, mode, uid, gid, words) in [
            (
                Access::Private,
                (0o700, 0o640),
                (0, 0),
                0,
                "/d/file: has mode 0640, and others than root must not read",
            ),
            (Access::Private, (0o700, 0o602), (0, 0), 0, "has mode 0602"),
            (
                Access::RootWrites,
                (0o700, 0o662),
                (0, 0),
                0,
                "has mode 0662, and others than root must not write",
            ),
            (Access::RootWrites, (0o700, 0o660), (0, 0), 33, "has mode 0660"),
            (
                Access::RootWrites,
                (0o700, 0o600),
                (0, 1013),
                0,
                "/d/file: belongs to user 1013, and should be root's",
            ),
            (
                Access::RootWrites,
                (0o700, 0o600),
                (1013, 0),
                0,
                "/d: others than root may put files into it (user 1013",
            ),
            (
                Access::RootWrites,
                (0o1777, 0o600),
                (0, 0),
                0,
                "/d: others than root may put files into it (user 0, mode 1777)",
            ),
        ] {
            let said = said(access, mode, uid, gid);
            assert!(said.contains(words), "{said} instead of {words}");
        }
    }

    #[test]
    fn a_link_is_refused_also_one_that_leads_nowhere() {
        let mut dir = TestRoot::new();
        dir.file("/d/other", b"text").link("/d/file", "other").link("/d/nowhere", "none");
        let root = dir.open();
        for path in ["/d/file", "/d/nowhere"] {
            let error = read(&root, Path::new(path), Access::RootWrites).unwrap_err();
            assert!(matches!(error, TrustError::Link { .. }) && !error.is_missing(), "{error}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_from_what_is_not_believed() {
        let root = TestRoot::new().open();
        for path in ["/none", "/none/file"] {
            assert!(read(&root, Path::new(path), Access::Private).unwrap_err().is_missing());
        }
        let mut dir = TestRoot::new();
        dir.file("/d/file/below", b"");
        let error = read(&dir.open(), Path::new("/d/file"), Access::Private).unwrap_err();
        assert_eq!(error.to_string(), "/d/file: is not a regular file");
    }
}
