//! `Store`, a private directory below the state directory whose files are put, moved and removed one at a time.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::Errno;
use standfast_facts::root::{Root, read_open};

use super::directory::{self, Directory};
use super::error::{CommitError, Operation, Weakness};
use super::lock;
use super::resolve::{self, Place};
use super::temp::{Onto, Temp, is_temp_name};
use crate::state_dir::STATE_DIR;

/// An open directory of which nobody but its owner can read, change or redirect anything. No file in it is written in
/// place: each is there whole, or as it was. Whoever changes more than one name holds a [`Lock`] meanwhile.
#[derive(Debug)]
pub struct Store {
    directory: Directory,
}

/// Lasts until it is dropped or the process ends, however that ends.
#[derive(Debug)]
pub struct Lock(pub(super) OwnedFd);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave the lock to a child that another thread has forked, until it executes its program.
        let _ = rustix::fs::flock(&self.0, FlockOperation::Unlock);
    }
}

/// A name in a [`Store`].
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name.
    pub name: OsString,
    /// Its size in bytes.
    pub bytes: u64,
    /// When its content last changed.
    pub modified: SystemTime,
    /// Why it is not a file that this program has put there.
    pub foreign: Option<&'static str>,
}

impl Store {
    /// Opens the directory `name` of the state directory, and makes both where they are missing.
    ///
    /// # Errors
    /// When it cannot be made, is no directory, belongs to somebody else or is open to others.
    pub fn open(root: &Root, name: &str) -> Result<Self, CommitError> {
        let state = lock::open_state(root, Path::new(STATE_DIR))?;
        Self { directory: state }.below(name)
    }

    /// As [`Store::open`], and makes nothing; `None` where it is missing.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn existing(root: &Root, name: &str) -> Result<Option<Self>, CommitError> {
        match resolve::resolve(root, Path::new(STATE_DIR))? {
            Place::Directory(state) => Self { directory: state }.existing_below(name),
            Place::Missing { .. } => Ok(None),
            Place::File { .. } => {
                let path = Path::new(STATE_DIR).to_path_buf();
                Err(CommitError::NotADirectory { path: path.clone(), directory: path })
            }
        }
    }

    /// Opens a directory in this one, and makes it where it is missing, with mode 0700.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn below(&self, name: &str) -> Result<Self, CommitError> {
        match rustix::fs::mkdirat(&self.directory.fd, name, Mode::RWXU) {
            Ok(()) => self.sync()?,
            Err(Errno::EXIST) => {}
            Err(errno) => {
                let path = self.directory.path.join(name);
                return Err(CommitError::new(Operation::MakeDirectory, &path, errno));
            }
        }
        let missing = || CommitError::NoDirectory { path: self.path(name), directory: self.path(name) };
        self.existing_below(name)?.ok_or_else(missing)
    }

    /// As [`Store::below`], and makes nothing; `None` where it is missing.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn existing_below(&self, name: &str) -> Result<Option<Self>, CommitError> {
        let path = self.path(name);
        let fd = match self.directory.subdirectory(OsStr::new(name)) {
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::NOTDIR | Errno::LOOP) => {
                return Err(CommitError::NotADirectory { path: path.clone(), directory: path });
            }
            answer => answer.map_err(|errno| CommitError::new(Operation::Open, &path, errno))?,
        };
        let (_, stat) = directory::inspect(&fd, &path)?;
        let is_open = stat.st_mode & 0o077 != 0;
        match directory::weakness(&stat).or(is_open.then_some(Weakness::OpenToOthers)) {
            None => Ok(Some(Self { directory: Directory { fd, path } })),
            Some(weakness) => {
                Err(CommitError::UnsafeDirectory { path: path.clone(), directory: path, weakness })
            }
        }
    }

    /// Takes the lock of this name, and waits so long for whoever holds it.
    ///
    /// # Errors
    /// [`CommitError::Locked`] when another keeps it.
    pub fn lock(&self, name: &str, patience: Duration) -> Result<Lock, CommitError> {
        lock::take_named(&self.directory, name, patience).map(Lock)
    }

    /// Puts a file that only its owner may read, whole and durably; what stands there goes, a symbolic link itself.
    ///
    /// # Errors
    /// When it cannot be written; what was there stays then, unless it is said that only durability is in doubt.
    pub fn put(&self, name: &OsStr, bytes: &[u8]) -> Result<(), CommitError> {
        let path = self.directory.path.join(name);
        let temp = Temp::create(&self.directory, name)?;
        temp.write(bytes)?;
        temp.sync()?;
        temp.install(name, Onto::Existing)
            .map_err(|errno| CommitError::new(Operation::Replace, &path, errno))?;
        self.directory.sync().map_err(|source| CommitError::NotDurable { path, source })
    }

    /// Reads a file whole; `None` where nothing is. A symbolic link is not followed, a FIFO not waited for.
    ///
    /// # Errors
    /// When it is no regular file, larger than `most` bytes, or cannot be read.
    pub fn read(&self, name: &OsStr, most: u64) -> Result<Option<Vec<u8>>, CommitError> {
        let path = self.directory.path.join(name);
        let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK;
        let fd = match self.directory.open(name, flags, Mode::empty()) {
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Err(CommitError::NotAFile { path, found: "symbolic link" }),
            answer => answer.map_err(|errno| CommitError::new(Operation::Open, &path, errno))?,
        };
        let (kind, stat) = directory::inspect(&fd, &path)?;
        if kind != FileType::RegularFile {
            return Err(CommitError::NotAFile { path, found: kind_name(kind) });
        }
        if size(&stat) > most {
            return Err(CommitError::NotAFile { path, found: "file too large to be one of ours" });
        }
        read_open(fd.as_fd(), &path).map(Some).map_err(CommitError::Read)
    }

    /// What is in it, sorted by name, without the temp files of a run that is under way or was killed.
    ///
    /// # Errors
    /// When it cannot be listed or looked at.
    pub fn list(&self) -> Result<Vec<Entry>, CommitError> {
        let mut entries = Vec::new();
        for name in self.directory.list()? {
            if is_temp_name(name.as_encoded_bytes()) {
                continue;
            }
            // What went meanwhile is not in it.
            let Some(stat) = self.directory.stat(&name)? else { continue };
            let (bytes, modified) = (size(&stat), modified(&stat));
            entries.push(Entry { name, bytes, modified, foreign: foreign(&stat) });
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Moves what has this name, links themselves, to another directory on the same file system, durably: at each
    /// instant it is in one of them. What stands there goes.
    ///
    /// # Errors
    /// When it cannot be moved; it stays then.
    pub fn move_to(&self, name: &OsStr, to: &Self, new_name: &OsStr) -> Result<(), CommitError> {
        let path = self.directory.path.join(name);
        rustix::fs::renameat(&self.directory.fd, name, &to.directory.fd, new_name)
            .map_err(|errno| CommitError::new(Operation::Move, &path, errno))?;
        // The new name first: if only one of both is durable, it must be that.
        to.sync()?;
        self.sync()
    }

    /// Removes files, and symbolic links themselves, durably. What is not there is no error; a directory that has
    /// something in it stays.
    ///
    /// # Errors
    /// When one cannot be removed; those before it are gone then.
    pub fn remove(&self, names: &[&OsStr]) -> Result<(), CommitError> {
        for name in names {
            let fail = |errno| CommitError::new(Operation::Remove, &self.directory.path.join(name), errno);
            match rustix::fs::unlinkat(&self.directory.fd, *name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(Errno::ISDIR) => {
                    match rustix::fs::unlinkat(&self.directory.fd, *name, AtFlags::REMOVEDIR) {
                        Ok(()) | Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => {}
                        Err(errno) => return Err(fail(errno)),
                    }
                }
                Err(errno) => return Err(fail(errno)),
            }
        }
        if names.is_empty() { Ok(()) } else { self.sync() }
    }

    /// Removes the temp files that a killed run has left. Only for who holds the lock under which they are made.
    ///
    /// # Errors
    /// When it cannot be listed or a file cannot be removed.
    pub fn sweep(&self) -> Result<usize, CommitError> {
        self.directory.sweep()
    }

    fn sync(&self) -> Result<(), CommitError> {
        self.directory.sync().map_err(self.directory.fail(Operation::Sync))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path.join(name)
    }
}

fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}

fn modified(stat: &Stat) -> SystemTime {
    #[allow(
        clippy::useless_conversion,
        clippy::unnecessary_cast,
        reason = "other widths on other processors"
    )]
    let seconds = u64::try_from(stat.st_mtime as i64).unwrap_or(0);
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Why a file is not one that this program makes: a regular one of its own user that nobody else may write.
fn foreign(stat: &Stat) -> Option<&'static str> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {}
        kind => return Some(kind_name(kind)),
    }
    if stat.st_uid != 0 && stat.st_uid != rustix::process::geteuid().as_raw() {
        return Some("file of another user");
    }
    (stat.st_mode & 0o022 != 0).then_some("file that others may write")
}

fn kind_name(kind: FileType) -> &'static str {
    match kind {
        FileType::Symlink => "symbolic link",
        FileType::Directory => "directory",
        kind => resolve::kind_name(kind),
    }
}
