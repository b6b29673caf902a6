//! The one writer: the only code of the whole program that changes the machine.
//!
//! A file is replaced, never written in place: whoever reads it, and whatever kills the run, finds
//! the old bytes or the new ones, whole, with their owner, mode and extended attributes. Not kept
//! are the inode number, the times, and inode flags other than those that forbid the change.
#![allow(
    clippy::disallowed_methods,
    reason = "the one module that may change the machine; every other asks it to"
)]

mod backup;
mod directory;
mod error;
mod lock;
mod metadata;
mod reload;
mod resolve;
mod store;
mod temp;
mod validate;

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use standfast_facts::root::{Root, read_open};

pub use backup::BACKUPS_KEPT;
pub use error::{Attribute, CommitError, Holder, Operation, Weakness};
pub use reload::{ReloadError, reload};
pub use store::{Entry, Lock, Store};

use crate::edit::FileEdit;
use crate::fingerprint;
use crate::provider::Reload;
use crate::reloaded;
use crate::state_dir::StateFile;
use directory::Directory;
use resolve::{Place, Spot};
use temp::{Onto, Temp};

pub use crate::state_dir::STATE_DIR;

/// How long [`Writer::begin`] waits for another run.
pub const PATIENCE: Duration = Duration::from_secs(60);

const NEW_DIRECTORY_MODE: u32 = 0o755;

/// Changes files; holds the run's lock until it is dropped.
#[derive(Debug)]
pub struct Writer<'r> {
    root: &'r Root,
    state: Directory,
    _lock: OwnedFd,
}

/// What became of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// The file has the new bytes.
    Written,
    /// The file is gone.
    Removed,
    /// The file was already what the plan says; its inode and times are untouched.
    Unchanged,
}

impl<'r> Writer<'r> {
    /// Takes the run's lock and waits up to [`PATIENCE`] for another run to release it.
    ///
    /// # Errors
    /// When the state directory is not safe or cannot be made, or another run keeps the lock.
    pub fn begin(root: &'r Root, state_dir: &Path) -> Result<Self, CommitError> {
        Self::begin_within(root, state_dir, PATIENCE)
    }

    /// As [`Writer::begin`], with a patience of one's own.
    ///
    /// # Errors
    /// As [`Writer::begin`].
    pub fn begin_within(root: &'r Root, state_dir: &Path, patience: Duration) -> Result<Self, CommitError> {
        let state = lock::open_state(root, state_dir)?;
        let lock = lock::take(&state, patience)?;
        Ok(Self { root, state, _lock: lock })
    }

    /// Removes the temp files which a killed run left in these directories, where links in them lead, and among
    /// the backups.
    ///
    /// Returns how many. A directory that is missing, or in which others than root may write, is
    /// passed over: no run has ever written there.
    ///
    /// # Errors
    /// When a directory cannot be listed or a file in it cannot be removed.
    pub fn sweep(&self, directories: &[PathBuf]) -> Result<usize, CommitError> {
        let mut swept = backup::sweep(&self.state)?;
        for path in directories {
            match resolve::resolve(self.root, path) {
                Ok(Place::Directory(directory)) => swept += self.sweep_with_links(&directory)?,
                Err(error @ (CommitError::Io { .. } | CommitError::NoSpace { .. })) => {
                    return Err(error);
                }
                Ok(_) | Err(_) => {}
            }
        }
        Ok(swept)
    }

    /// A file is replaced where it is, so what a killed run left may lie where a link leads.
    fn sweep_with_links(&self, directory: &Directory) -> Result<usize, CommitError> {
        let mut swept = directory.sweep()?;
        for link in directory.links()? {
            // A link that cannot be followed is no reason to fail before anything is to be written through it.
            let place = resolve::resolve(self.root, &directory.path.join(link));
            if let Ok(Place::File { target, link: Some(_) }) = place {
                swept += target.directory.sweep()?;
            }
        }
        Ok(swept)
    }

    /// Makes the key of [`crate::fingerprint`] where there is none yet: 32 random bytes that only root may read.
    ///
    /// # Errors
    /// When it cannot be made; without it no fingerprint is shown.
    pub fn make_fingerprint_key(&self) -> Result<(), CommitError> {
        let name = OsString::from(fingerprint::KEY_FILE);
        if self.state.stat(&name)?.is_some() {
            return Ok(());
        }
        let path = self.state.path.join(&name);
        let mut key = [0; fingerprint::KEY_BYTES];
        // The kernel gives up to 256 bytes whole, getrandom(2).
        rustix::rand::getrandom(&mut key, rustix::rand::GetRandomFlags::empty())
            .map_err(|errno| CommitError::new(Operation::Create, &path, errno))?;
        let temp = Temp::create(&self.state, &name)?;
        temp.write(&key)?;
        temp.sync()?;
        match temp.install(&name, Onto::Free) {
            // Another run has made one meanwhile, whatever the lock says.
            Ok(()) | Err(Errno::EXIST) => self.state.sync().map_err(self.state.fail(Operation::Sync)),
            Err(errno) => Err(CommitError::new(Operation::Create, &path, errno)),
        }
    }

    /// Notes that a service was made to read its files again, which the process itself does not tell.
    ///
    /// # Errors
    /// When the note cannot be written; a later check then takes the files for newer than the process.
    pub fn note_reload(&self, reload: &Reload) -> Result<(), CommitError> {
        let Some(pid) = reload.pid else { return Ok(()) };
        self.put(&OsString::from(reloaded::note(&reload.service)), format!("{pid}\n").as_bytes())
    }

    /// Replaces a file of the state directory whole, with mode 0600; no backup is kept. A link that stands in its place
    /// goes.
    ///
    /// # Errors
    /// When it cannot be written; the old one stays then.
    pub fn keep_state(&self, file: StateFile, bytes: &[u8]) -> Result<(), CommitError> {
        self.put(OsStr::new(file.name()), bytes)
    }

    /// Puts a file that only root may read into the state directory.
    fn put(&self, name: &OsStr, bytes: &[u8]) -> Result<(), CommitError> {
        self.state.sweep()?;
        let temp = Temp::create(&self.state, name)?;
        temp.write(bytes)?;
        temp.sync()?;
        temp.install(name, Onto::Existing)
            .map_err(|errno| CommitError::new(Operation::Replace, &self.state.path.join(name), errno))?;
        self.state.sync().map_err(self.state.fail(Operation::Sync))
    }

    /// Makes the file what the plan says, or leaves it byte for byte as it was.
    ///
    /// A symbolic link at the path stays and the file that it leads to is replaced; when the plan
    /// says that the file should go, the link goes and what it leads to stays, as rm(1) does it.
    ///
    /// # Errors
    /// [`CommitError::ChangedMeanwhile`] asks for a new plan; each other variant says what to do.
    pub fn commit(&self, edit: &FileEdit) -> Result<Committed, CommitError> {
        let place = resolve::resolve(self.root, &edit.path)?;
        // Elsewhere than on the host the program would read the host's files.
        if self.root.is_host() {
            validate::validate(edit, &self.state)?;
        }
        match (place, &edit.after) {
            (Place::Directory(_), _) => {
                Err(CommitError::NotAFile { path: edit.path.clone(), found: "directory" })
            }
            (Place::File { target, .. }, Some(after)) => self.replace(edit, &target, after),
            (Place::File { target, link }, None) => {
                self.remove(edit, &target, link.as_ref().unwrap_or(&target))
            }
            (Place::Missing { .. }, None) => Ok(Committed::Unchanged),
            (Place::Missing { .. }, Some(_)) if edit.before.is_some() => Err(changed(edit)),
            (Place::Missing { directory, missing }, Some(after)) => create(edit, &directory, &missing, after),
        }
    }

    fn replace(&self, edit: &FileEdit, target: &Spot, after: &[u8]) -> Result<Committed, CommitError> {
        let current = Current::open(target)?;
        let wanted = edit.permissions.filter(|wanted| !metadata::has(&current.stat, *wanted));
        if current.bytes == after {
            let Some(wanted) = wanted else { return Ok(Committed::Unchanged) };
            current.refuse(edit, target)?;
            metadata::set(&current.fd, wanted, &edit.path)?;
            rustix::fs::fsync(&current.fd)
                .map_err(|source| CommitError::NotDurable { path: edit.path.clone(), source })?;
            return Ok(Committed::Written);
        }
        current.refuse(edit, target)?;
        target.directory.sweep()?;
        let temp = Temp::create(&target.directory, &target.name)?;
        temp.write(after)?;
        metadata::copy(&current.fd, &current.stat, &temp.fd, &edit.path)?;
        if let Some(wanted) = wanted {
            metadata::set(&temp.fd, wanted, &edit.path)?;
        }
        temp.sync()?;
        self.keep_backup(edit, &current.bytes)?;
        current.recheck(edit, target)?;
        temp.install(&target.name, Onto::Existing)
            .map_err(|errno| CommitError::new(Operation::Replace, &edit.path, errno))?;
        make_durable(edit, &target.directory)?;
        Ok(Committed::Written)
    }

    fn remove(&self, edit: &FileEdit, target: &Spot, name: &Spot) -> Result<Committed, CommitError> {
        let current = Current::open(target)?;
        current.refuse(edit, target)?;
        metadata::refuse_protected(&name.directory.fd, &name.directory.path)?;
        self.keep_backup(edit, &current.bytes)?;
        current.recheck(edit, target)?;
        name.directory.remove(&name.name)?;
        make_durable(edit, &name.directory)?;
        Ok(Committed::Removed)
    }

    fn keep_backup(&self, edit: &FileEdit, bytes: &[u8]) -> Result<(), CommitError> {
        backup::open(&self.state)
            .and_then(|backups| backup::keep(&backups, &edit.path, bytes))
            .map_err(|source| CommitError::Backup { path: edit.path.clone(), source: Box::new(source) })
    }
}

/// The file as it stands now; bytes and metadata come from one descriptor.
struct Current {
    fd: OwnedFd,
    stat: Stat,
    bytes: Vec<u8>,
}

impl Current {
    fn open(target: &Spot) -> Result<Self, CommitError> {
        let path = target.path();
        // O_NONBLOCK: a FIFO that has come meanwhile must not hang the run.
        let fd = target
            .directory
            .open(&target.name, OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK, Mode::empty())
            .map_err(|errno| CommitError::new(Operation::Open, &path, errno))?;
        // Before the bytes: whoever writes while they are read changes these numbers.
        let (kind, stat) = directory::inspect(&fd, &path)?;
        if kind != FileType::RegularFile {
            return Err(CommitError::ChangedMeanwhile { path });
        }
        let bytes = read_open(fd.as_fd(), &path).map_err(CommitError::Read)?;
        Ok(Self { fd, stat, bytes })
    }

    /// Refuses before anything is written.
    fn refuse(&self, edit: &FileEdit, target: &Spot) -> Result<(), CommitError> {
        if edit.before.as_ref() != Some(&self.bytes) {
            return Err(changed(edit));
        }
        let path = target.path();
        metadata::refuse_protected(&self.fd, &path)?;
        metadata::refuse_protected(&target.directory.fd, &target.directory.path)?;
        metadata::refuse_mount_point(&self.fd, &path)?;
        #[allow(clippy::useless_conversion, reason = "32 bits wide on aarch64")]
        let links = u64::from(self.stat.st_nlink);
        if links > 1 {
            return Err(CommitError::HardLinked { path, links });
        }
        Ok(())
    }

    /// Looks once more, at the last moment, for editors that know nothing of our lock.
    fn recheck(&self, edit: &FileEdit, target: &Spot) -> Result<(), CommitError> {
        let numbers = |stat: &Stat| {
            (
                stat.st_dev,
                stat.st_ino,
                stat.st_size,
                stat.st_mtime,
                stat.st_mtime_nsec,
                stat.st_ctime,
                stat.st_ctime_nsec,
            )
        };
        match target.directory.stat(&target.name)? {
            Some(now) if numbers(&now) == numbers(&self.stat) => Ok(()),
            _ => Err(changed(edit)),
        }
    }
}

/// Makes a file that is not there; its directory too when that is all that is missing.
fn create(
    edit: &FileEdit,
    directory: &Directory,
    missing: &[OsString],
    after: &[u8],
) -> Result<Committed, CommitError> {
    metadata::refuse_protected(&directory.fd, &directory.path)?;
    directory.sweep()?;
    match missing {
        [name] => create_in(edit, directory, name, after),
        [parent, name] => {
            let made = directory.make_directory(parent, NEW_DIRECTORY_MODE)?;
            let created = create_in(edit, &made, name, after);
            if created.is_err() {
                directory.discard_directory(parent);
            }
            created
        }
        _ => {
            let directory = directory.path.join(missing.first().map_or(Path::new(""), Path::new));
            Err(CommitError::NoDirectory { path: edit.path.clone(), directory })
        }
    }
}

fn create_in(
    edit: &FileEdit,
    directory: &Directory,
    name: &OsString,
    after: &[u8],
) -> Result<Committed, CommitError> {
    let temp = Temp::create(directory, name)?;
    temp.write(after)?;
    metadata::set(&temp.fd, edit.permissions.unwrap_or(edit.new), &edit.path)?;
    temp.sync()?;
    temp.install(name, Onto::Free).map_err(|errno| match errno {
        Errno::EXIST => changed(edit),
        errno => CommitError::new(Operation::Replace, &edit.path, errno),
    })?;
    make_durable(edit, directory)?;
    Ok(Committed::Written)
}

fn make_durable(edit: &FileEdit, directory: &Directory) -> Result<(), CommitError> {
    directory.sync().map_err(|source| CommitError::NotDurable { path: edit.path.clone(), source })
}

fn changed(edit: &FileEdit) -> CommitError {
    CommitError::ChangedMeanwhile { path: edit.path.clone() }
}

#[cfg(test)]
mod tests;
