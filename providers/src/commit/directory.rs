//! `Directory`, an open directory: every write is relative to one, so that swapping names cannot redirect it.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::error::{CommitError, Operation, Weakness};
use super::temp;

/// An open directory and its path below the root, for messages.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) fd: OwnedFd,
    pub(super) path: PathBuf,
}

impl Directory {
    /// Opens this directory once more: a descriptor from O_PATH can neither list nor sync.
    pub(super) fn readable(&self) -> Result<Self, CommitError> {
        self.subdirectory(OsStr::new("."))
            .map(|fd| Self { fd, path: self.path.clone() })
            .map_err(self.fail(Operation::Open))
    }

    /// Opens `name` as a directory; a symbolic link is an error.
    pub(super) fn subdirectory(&self, name: &OsStr) -> rustix::io::Result<OwnedFd> {
        self.open(name, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())
    }

    /// Opens `name` itself, never what a symbolic link of that name leads to.
    pub(super) fn open(&self, name: &OsStr, flags: OFlags, mode: Mode) -> rustix::io::Result<OwnedFd> {
        rustix::fs::openat(&self.fd, name, flags | OFlags::NOFOLLOW | OFlags::CLOEXEC, mode)
    }

    /// What `name` is now, or nothing; a symbolic link is not followed.
    pub(super) fn stat(&self, name: &OsStr) -> Result<Option<Stat>, CommitError> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(CommitError::new(Operation::Inspect, &self.path.join(name), errno)),
        }
    }

    /// The names in it, in no order, without `.` and `..`.
    pub(super) fn list(&self) -> Result<Vec<OsString>, CommitError> {
        Ok(self.entries()?.into_iter().map(|(name, _)| name).collect())
    }

    /// The names of the symbolic links in it; some old file systems cannot tell, and all names may be.
    pub(super) fn links(&self) -> Result<Vec<OsString>, CommitError> {
        let mut entries = self.entries()?;
        entries.retain(|(_, kind)| matches!(kind, FileType::Symlink | FileType::Unknown));
        Ok(entries.into_iter().map(|(name, _)| name).collect())
    }

    fn entries(&self) -> Result<Vec<(OsString, FileType)>, CommitError> {
        let mut entries = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.fd).map_err(self.fail(Operation::List))? {
            let entry = entry.map_err(self.fail(Operation::List))?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                entries.push((OsString::from_vec(name.to_vec()), entry.file_type()));
            }
        }
        Ok(entries)
    }

    /// Makes changed names durable.
    pub(super) fn sync(&self) -> rustix::io::Result<()> {
        match rustix::fs::fsync(&self.fd) {
            // A file system without such a thing as a directory's fsync says so with EINVAL.
            Err(Errno::INVAL) => Ok(()),
            answer => answer,
        }
    }

    pub(super) fn remove(&self, name: &OsStr) -> Result<(), CommitError> {
        rustix::fs::unlinkat(&self.fd, name, AtFlags::empty())
            .map_err(|errno| CommitError::new(Operation::Remove, &self.path.join(name), errno))
    }

    /// Removes from it what a killed run left: its temp files, and its directories that never got their name.
    ///
    /// Only root could have made files here, so a regular file of such a name is ours whoever owns
    /// it: a temp file gets the owner of the file that it is to replace.
    pub(super) fn sweep(&self) -> Result<usize, CommitError> {
        let mut swept = 0;
        for name in self.list()? {
            if !temp::is_temp_name(name.as_bytes()) {
                continue;
            }
            let flags = match self.stat(&name)?.map(|stat| FileType::from_raw_mode(stat.st_mode)) {
                Some(FileType::RegularFile) => AtFlags::empty(),
                Some(FileType::Directory) => AtFlags::REMOVEDIR,
                _ => continue,
            };
            match rustix::fs::unlinkat(&self.fd, &name, flags) {
                Ok(()) => swept += 1,
                Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => {}
                Err(errno) => {
                    return Err(CommitError::new(Operation::Remove, &self.path.join(&name), errno));
                }
            }
        }
        Ok(swept)
    }

    /// Makes the directory `name`, which gets its name only once it has its mode.
    ///
    /// mkdir(2) is subject to the umask, and a run that is killed before the chmod(2) would leave a
    /// directory behind that the next run takes for what the administrator wanted.
    pub(super) fn make_directory(&self, name: &OsStr, mode: u32) -> Result<Self, CommitError> {
        let path = self.path.join(name);
        let fail = |errno| CommitError::new(Operation::MakeDirectory, &path, errno);
        let temp = temp::name();
        rustix::fs::mkdirat(&self.fd, &temp, Mode::RWXU).map_err(fail)?;
        let made = self.subdirectory(&temp).and_then(|fd| {
            rustix::fs::fchmod(&fd, Mode::from_raw_mode(mode))?;
            rustix::fs::fsync(&fd)?;
            temp::rename_to_free_name(self, &temp, name)?;
            Ok(fd)
        });
        let fd = made.map_err(|errno| {
            self.discard_directory(&temp);
            fail(errno)
        })?;
        self.sync().map_err(|errno| {
            self.discard_directory(name);
            fail(errno)
        })?;
        Ok(Self { fd, path })
    }

    /// Takes back a directory that was made for a file which then could not be made.
    ///
    /// Best effort: when somebody has put something there meanwhile, rmdir(2) leaves it; when
    /// removing fails otherwise, what stays is empty.
    pub(super) fn discard_directory(&self, name: &OsStr) {
        let _ = rustix::fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR);
    }

    pub(super) fn fail(&self, operation: Operation) -> impl Fn(Errno) -> CommitError + '_ {
        move |errno| CommitError::new(operation, &self.path, errno)
    }
}

/// Why someone else than root or the effective user could swap names in the directory.
pub(super) fn weakness(stat: &Stat) -> Option<Weakness> {
    if stat.st_uid != 0 && stat.st_uid != rustix::process::geteuid().as_raw() {
        Some(Weakness::ForeignOwner(stat.st_uid))
    } else if stat.st_mode & 0o002 != 0 {
        Some(Weakness::WorldWritable)
    } else if stat.st_mode & 0o020 != 0 {
        Some(Weakness::GroupWritable)
    } else {
        None
    }
}

/// What kind of file a descriptor is, and its numbers.
pub(super) fn inspect(fd: impl AsFd, path: &Path) -> Result<(FileType, Stat), CommitError> {
    let stat = rustix::fs::fstat(fd).map_err(|errno| CommitError::new(Operation::Inspect, path, errno))?;
    Ok((FileType::from_raw_mode(stat.st_mode), stat))
}
