//! `Temp`, the new content under a random name beside the file that it will replace.

use std::ffi::{OsStr, OsString};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::directory::Directory;
use super::error::{CommitError, Operation};

// The dot and the ending keep the file out of `*`, `*.conf`, run-parts(8) and every include that we know.
const PREFIX: &str = ".standfast-";
const SUFFIX: &str = ".tmp";
const RANDOM_DIGITS: usize = 16;
const TRIES: u32 = 16;

/// A new file that is removed again unless it is installed.
#[derive(Debug)]
pub(super) struct Temp<'d> {
    directory: &'d Directory,
    name: OsString,
    /// The file that it will be, for messages.
    path: PathBuf,
    pub(super) fd: OwnedFd,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Temporary,
    Installed,
}

/// What the new file's name may hide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Onto {
    /// The file that it replaces.
    Existing,
    /// Nothing: a file that has come meanwhile stays.
    Free,
}

impl<'d> Temp<'d> {
    /// Makes an empty file that only its owner may read, for the later `target` in the directory.
    pub(super) fn create(directory: &'d Directory, target: &OsStr) -> Result<Self, CommitError> {
        let path = directory.path.join(target);
        let mut tries = 0;
        loop {
            let name = name();
            match Self::create_named(directory, &name) {
                Ok(fd) => {
                    return Ok(Self { directory, name, path, fd, state: State::Temporary });
                }
                Err(Errno::EXIST) if tries < TRIES => tries += 1,
                Err(errno) => return Err(CommitError::new(Operation::Create, &path, errno)),
            }
        }
    }

    /// O_EXCL is what defends against a planted name; randomness only spares the second try.
    pub(super) fn create_named(directory: &Directory, name: &OsStr) -> rustix::io::Result<OwnedFd> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        directory.open(name, flags, Mode::RUSR | Mode::WUSR)
    }

    /// Writes the whole content.
    pub(super) fn write(&self, mut bytes: &[u8]) -> Result<(), CommitError> {
        let fail = |errno| CommitError::new(Operation::Write, &self.path, errno);
        while !bytes.is_empty() {
            match rustix::io::write(&self.fd, bytes) {
                // write(2) of something to a regular file never writes nothing; without this a broken one hangs the run.
                Ok(0) => return Err(fail(Errno::IO)),
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(fail(errno)),
            }
        }
        Ok(())
    }

    pub(super) fn sync(&self) -> Result<(), CommitError> {
        rustix::fs::fsync(&self.fd).map_err(|errno| CommitError::new(Operation::Sync, &self.path, errno))
    }

    /// Where it is now, below the root.
    pub(super) fn path(&self) -> PathBuf {
        self.directory.path.join(&self.name)
    }

    /// Gives the file its final name in one step, as rename(2) promises.
    pub(super) fn install(mut self, name: &OsStr, onto: Onto) -> rustix::io::Result<()> {
        match onto {
            Onto::Existing => rustix::fs::renameat(&self.directory.fd, &self.name, &self.directory.fd, name)?,
            Onto::Free => rename_to_free_name(self.directory, &self.name, name)?,
        }
        self.state = State::Installed;
        Ok(())
    }
}

impl Drop for Temp<'_> {
    fn drop(&mut self) {
        if self.state == State::Temporary {
            // Best effort: the next run sweeps what stays.
            let _ = rustix::fs::unlinkat(&self.directory.fd, &self.name, AtFlags::empty());
        }
    }
}

/// Renames within a directory; `EEXIST` when the new name is taken.
pub(super) fn rename_to_free_name(directory: &Directory, from: &OsStr, to: &OsStr) -> rustix::io::Result<()> {
    match rustix::fs::renameat_with(&directory.fd, from, &directory.fd, to, RenameFlags::NOREPLACE) {
        // Linux before 3.15, or a file system without the flag: look first. Only root can come between.
        Err(Errno::NOSYS | Errno::INVAL) => {
            match rustix::fs::statat(&directory.fd, to, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(_) => Err(Errno::EXIST),
                Err(Errno::NOENT) => rustix::fs::renameat(&directory.fd, from, &directory.fd, to),
                Err(errno) => Err(errno),
            }
        }
        answer => answer,
    }
}

/// A name that nobody can foresee: std's hasher keys come from the kernel's random numbers.
pub(super) fn name() -> OsString {
    let random = RandomState::new().build_hasher().finish();
    OsString::from(format!("{PREFIX}{random:0RANDOM_DIGITS$x}{SUFFIX}"))
}

/// Whether [`name`] could have made this name.
pub(super) fn is_temp_name(name: &[u8]) -> bool {
    name.strip_prefix(PREFIX.as_bytes()).and_then(|rest| rest.strip_suffix(SUFFIX.as_bytes())).is_some_and(
        |random| {
            random.len() == RANDOM_DIGITS
                && random.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        },
    )
}
