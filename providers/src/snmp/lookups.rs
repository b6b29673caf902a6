//! The files of snmpd that were read, and what else was met on the way, so that nothing is read twice.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustc_hash::FxHashMap;
use rustix::io::Errno;
use standfast_facts::root::{ReadError, Root, Status};

use super::syntax::Line;
use crate::document::Document;

/// A file that the daemon reads.
#[derive(Debug)]
pub struct SnmpFile {
    /// Its path below the root.
    pub path: PathBuf,
    /// What it says; the same for a state and for one that a plan would lead to.
    pub document: Rc<Document<Line>>,
    /// Its mode, owner and time; `None` for the command line.
    pub status: Option<Status>,
    /// What kind of file it is.
    pub kind: Kind,
}

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of the admin's.
    Admin,
    /// One that the daemon writes itself, and overwrites when it stops.
    Persistent,
    /// The options of the command line.
    CommandLine,
}

/// What files would hold after a change; `None` for one that would be gone.
pub type Planned = FxHashMap<PathBuf, Option<Vec<u8>>>;

/// What was met when files were read.
#[derive(Debug, Default)]
pub struct Lookups {
    /// The index of a file; `None` where there is nothing.
    pub by_path: FxHashMap<PathBuf, Option<usize>>,
    /// The names in a directory, in the order of the file system; `None` where there is no directory.
    listed: FxHashMap<PathBuf, Option<Vec<OsString>>>,
    /// Whether there is a directory of the search path.
    directories: FxHashMap<PathBuf, bool>,
}

/// What was read before a change that is only planned: what it does not change is not read again.
#[derive(Clone, Copy, Debug)]
pub struct Before<'r> {
    /// The files.
    pub files: &'r [SnmpFile],
    /// What was met.
    pub lookups: &'r Lookups,
}

impl<'r> Before<'r> {
    /// A file that was met; `Some(None)` where there was nothing.
    #[must_use]
    pub fn file(self, path: &Path) -> Option<Option<&'r SnmpFile>> {
        let index = self.lookups.by_path.get(path)?;
        Some(index.and_then(|index| self.files.get(index)))
    }
}

impl Lookups {
    /// The names in a directory in the order of the file system; `None` where there is no directory.
    ///
    /// # Errors
    /// When it is there and cannot be listed.
    pub fn names<'s>(
        &'s mut self,
        root: &Root,
        before: Option<Before<'s>>,
        directory: &Path,
    ) -> Result<Option<&'s [OsString]>, ReadError> {
        if let Some(names) = before.and_then(|before| before.lookups.listed.get(directory)) {
            return Ok(names.as_deref());
        }
        if !self.listed.contains_key(directory) {
            let names = match root.list_as_read(directory) {
                Err(error) if is_nothing(&error) => None,
                names => Some(names?),
            };
            self.listed.insert(directory.to_path_buf(), names);
        }
        Ok(self.listed.get(directory).and_then(Option::as_deref))
    }

    /// Whether there is nothing at all in a directory: it is not there. Most of those that are searched are not, and one
    /// look at them answers for all files that could be there.
    pub fn is_missing(&mut self, root: &Root, before: Option<Before<'_>>, directory: &Path) -> bool {
        let known = before.and_then(|before| before.lookups.directories.get(directory));
        if let Some(is_there) = known.or_else(|| self.directories.get(directory)) {
            return !is_there;
        }
        let is_there = !matches!(root.status(directory), Err(ReadError::Missing { .. }));
        self.directories.insert(directory.to_path_buf(), is_there);
        !is_there
    }
}

/// Whether the daemon finds nothing there either: no such file, a directory, or a name that can be none.
#[must_use]
pub fn is_nothing(error: &ReadError) -> bool {
    match error {
        ReadError::Missing { .. } | ReadError::NotAFile { .. } => true,
        ReadError::Io { source, .. } => {
            matches!(*source, Errno::NAMETOOLONG | Errno::LOOP | Errno::INVAL | Errno::NXIO)
        }
        ReadError::TooLarge { .. } => false,
    }
}
