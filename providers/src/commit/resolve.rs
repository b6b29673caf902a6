//! Resolves a path below the root one name at a time, through directories that only root can change.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use standfast_facts::root::Root;

use super::directory::{self, Directory};
use super::error::{CommitError, Operation};

// MAXSYMLINKS of the kernel, path_resolution(7).
const MAX_LINKS: usize = 40;

/// A name in a safe directory.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) directory: Directory,
    pub(super) name: OsString,
}

impl Spot {
    /// The path below the root, all links followed.
    pub(super) fn path(&self) -> PathBuf {
        self.directory.path.join(&self.name)
    }
}

/// Where a path leads.
#[derive(Debug)]
pub(super) enum Place {
    /// To a regular file; `link` is the symbolic link that stands at the path itself, if one does.
    File { target: Spot, link: Option<Spot> },
    /// To nothing, and nothing but the last `missing` names has to be made. Never empty.
    Missing { directory: Directory, missing: Vec<OsString> },
    /// To a directory.
    Directory(Directory),
}

/// Walks `path` from the root. Every directory on the way must be safe, those behind links too.
///
/// The kernel could contain the walk (openat2(2)), but not say who may change the directories.
pub(super) fn resolve(root: &Root, path: &Path) -> Result<Place, CommitError> {
    let open = root.open_at(Path::new("/"), OFlags::PATH | OFlags::DIRECTORY);
    let fd = open.map_err(|errno| CommitError::new(Operation::Open, Path::new("/"), errno))?;
    let mut walk = Walk { path, stack: Vec::new(), queue: VecDeque::new(), links: 0, link: None };
    walk.enqueue(path, None);
    let (_, stat) = directory::inspect(&fd, Path::new("/"))?;
    walk.enter(Directory { fd, path: PathBuf::from("/") }, &stat, None)?;
    while let Some(step) = walk.queue.pop_front() {
        if let Some(place) = walk.take(step)? {
            return Ok(place);
        }
    }
    Ok(Place::Directory(walk.here()?.readable()?))
}

/// One name that is still to be walked.
struct Step {
    /// `None` is `..`.
    name: Option<OsString>,
    /// The symbolic link whose text the name comes from.
    origin: Option<PathBuf>,
}

struct Walk<'p> {
    path: &'p Path,
    /// The directories from the root to here.
    stack: Vec<Directory>,
    queue: VecDeque<Step>,
    links: usize,
    link: Option<Spot>,
}

impl Walk<'_> {
    /// Puts the names of `path` before those that are still to be walked.
    fn enqueue(&mut self, path: &Path, origin: Option<&PathBuf>) {
        for part in path.components().rev() {
            let name = match part {
                Component::Normal(name) => Some(name.to_os_string()),
                Component::ParentDir => None,
                Component::RootDir | Component::CurDir | Component::Prefix(_) => continue,
            };
            self.queue.push_front(Step { name, origin: origin.cloned() });
        }
    }

    fn here(&self) -> Result<&Directory, CommitError> {
        // The root's own directory never leaves the stack, so this cannot fail.
        self.stack
            .last()
            .ok_or_else(|| CommitError::NoDirectory { path: self.path.into(), directory: "/".into() })
    }

    /// Goes into a directory when only root can change it.
    fn enter(
        &mut self,
        directory: Directory,
        stat: &Stat,
        origin: Option<PathBuf>,
    ) -> Result<(), CommitError> {
        let (path, at) = (self.path.to_path_buf(), directory.path.clone());
        match (directory::weakness(stat), origin) {
            (None, _) => {
                self.stack.push(directory);
                Ok(())
            }
            (Some(weakness), None) => Err(CommitError::UnsafeDirectory { path, directory: at, weakness }),
            (Some(weakness), Some(link)) => {
                Err(CommitError::UnsafeLink { path, link, directory: at, weakness })
            }
        }
    }

    /// Walks one name; the place when the walk ends here.
    fn take(&mut self, step: Step) -> Result<Option<Place>, CommitError> {
        let Some(name) = step.name else {
            // The parent of the root is the root.
            self.stack.truncate(self.stack.len().saturating_sub(1).max(1));
            return Ok(None);
        };
        let at = self.here()?.path.join(&name);
        let fd = match self.here()?.open(&name, OFlags::PATH, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return self.missing(name, step.origin).map(Some),
            Err(errno) => return Err(CommitError::new(Operation::Open, &at, errno)),
        };
        let last = self.queue.is_empty();
        let (kind, stat) = directory::inspect(&fd, &at)?;
        match kind {
            FileType::Directory => self.enter(Directory { fd, path: at }, &stat, step.origin)?,
            FileType::Symlink => self.follow(&fd, at, name)?,
            FileType::RegularFile if last => {
                let target = Spot { directory: self.here()?.readable()?, name };
                return Ok(Some(Place::File { target, link: self.link.take() }));
            }
            kind if last => {
                return Err(CommitError::NotAFile { path: self.path.into(), found: kind_name(kind) });
            }
            _ => {
                return Err(CommitError::NotADirectory { path: self.path.into(), directory: at });
            }
        }
        Ok(None)
    }

    /// Puts the text of a symbolic link in the place of its name.
    fn follow(&mut self, fd: &OwnedFd, at: PathBuf, name: OsString) -> Result<(), CommitError> {
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(CommitError::LinkLoop { path: self.path.into() });
        }
        let text = rustix::fs::readlinkat(fd, "", Vec::new())
            .map_err(|errno| CommitError::new(Operation::Inspect, &at, errno))?;
        let text = Path::new(OsStr::from_bytes(text.to_bytes()));
        if self.queue.is_empty() && self.link.is_none() {
            self.link = Some(Spot { directory: self.here()?.readable()?, name });
        }
        if text.is_absolute() {
            self.stack.truncate(1);
        }
        self.enqueue(text, Some(&at));
        Ok(())
    }

    /// Ends the walk at a name that is not there.
    fn missing(&mut self, name: OsString, origin: Option<PathBuf>) -> Result<Place, CommitError> {
        if let Some(link) = origin {
            return Err(CommitError::DanglingLink { path: self.path.into(), link });
        }
        let directory = self.here()?.readable()?;
        let mut missing = vec![name];
        for step in self.queue.drain(..) {
            match step.name {
                Some(name) => missing.push(name),
                // What lies beside something that is not there is not there either.
                None => {
                    return Err(CommitError::NoDirectory {
                        path: self.path.into(),
                        directory: directory.path.join(&missing[0]),
                    });
                }
            }
        }
        Ok(Place::Missing { directory, missing })
    }
}

pub(super) fn kind_name(kind: FileType) -> &'static str {
    match kind {
        FileType::Fifo => "FIFO",
        FileType::Socket => "socket",
        FileType::CharacterDevice => "character device",
        FileType::BlockDevice => "block device",
        _ => "special file",
    }
}
