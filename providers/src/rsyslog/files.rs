//! The files of a configuration: those of a machine, and in their place those that a plan would write.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::OFlags;
use standfast_facts::root::{ReadError, Root};

use super::dialect::Dialect;
use super::version::Version;

/// Where configuration is read from.
#[derive(Clone, Debug, Default)]
pub struct Files<'m> {
    root: Option<&'m Root>,
    instead: BTreeMap<PathBuf, Option<Vec<u8>>>,
    dialect: Dialect,
    known: Rc<Known>,
}

/// What was asked of the machine: a plan that is tried asks all of it once more.
#[derive(Debug, Default)]
struct Known {
    /// The bytes of files; `None` where there is none.
    bytes: RefCell<BTreeMap<PathBuf, Option<Vec<u8>>>>,
    kinds: RefCell<BTreeMap<PathBuf, Kind>>,
    /// The names in directories, in byte order.
    names: RefCell<BTreeMap<PathBuf, Vec<OsString>>>,
}

impl<'m> Files<'m> {
    /// The files of a machine.
    #[must_use]
    pub fn of(root: &'m Root) -> Self {
        Self { root: Some(root), ..Self::default() }
    }

    /// Reads them as this version does; without it, as the newest one.
    #[must_use]
    pub fn read_by(mut self, version: Option<Version>) -> Self {
        self.dialect = version.map_or(Dialect::NEWEST, Dialect::of);
        self
    }

    /// How they are read.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Puts a content in the place of a file; `None` takes the file away.
    #[must_use]
    pub fn with(mut self, path: &Path, content: Option<Vec<u8>>) -> Self {
        self.instead.insert(path.to_path_buf(), content);
        self
    }

    /// Reads a file.
    ///
    /// # Errors
    /// As [`Root::read`].
    pub fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        let missing = || ReadError::Missing { path: path.to_path_buf() };
        match (self.instead.get(path), self.root) {
            (Some(content), _) => content.clone().ok_or_else(missing),
            (None, Some(root)) => self.known.read(root, path),
            (None, None) => Err(missing()),
        }
    }

    /// What is at a path; symbolic links are followed.
    #[must_use]
    pub fn kind(&self, path: &Path) -> Kind {
        match self.instead.get(path) {
            Some(Some(_)) => return Kind::File,
            Some(None) => return Kind::Missing,
            None if self
                .instead
                .iter()
                .any(|(other, content)| content.is_some() && is_below(other, path)) =>
            {
                return Kind::Directory;
            }
            None => {}
        }
        self.root.map_or(Kind::Missing, |root| self.known.kind(root, path))
    }

    /// Whether anything is in a directory.
    #[must_use]
    pub fn has_names(&self, path: &Path) -> bool {
        if self.instead.keys().any(|other| is_below(other, path)) {
            return !self.list(path).is_empty();
        }
        self.root.is_some_and(|root| self.known.has_names(root, path))
    }

    /// The names in a directory, in byte order; none where it cannot be listed.
    #[must_use]
    pub fn list(&self, path: &Path) -> Vec<OsString> {
        let listed = self.root.map(|root| self.known.list(root, path)).unwrap_or_default();
        if self.instead.is_empty() {
            return listed;
        }
        let mut names: BTreeSet<OsString> = listed.into_iter().collect();
        for (other, content) in &self.instead {
            if !is_below(other, path) {
                continue;
            }
            let Some(name) = other.strip_prefix(path).ok().and_then(|below| below.iter().next()) else {
                continue;
            };
            let is_itself = path.join(name) == *other;
            match content {
                Some(_) => drop(names.insert(name.to_owned())),
                None if is_itself => drop(names.remove(name)),
                None => {}
            }
        }
        names.into_iter().collect()
    }
}

impl Known {
    fn read(&self, root: &Root, path: &Path) -> Result<Vec<u8>, ReadError> {
        let missing = || ReadError::Missing { path: path.to_path_buf() };
        if let Some(known) = self.bytes.borrow().get(path) {
            return known.clone().ok_or_else(missing);
        }
        let read = root.read(path);
        let known = match &read {
            Ok(bytes) => Some(bytes.clone()),
            Err(error) if error.is_missing() => None,
            // It may be asked again.
            Err(_) => return read,
        };
        self.bytes.borrow_mut().insert(path.to_path_buf(), known);
        read
    }

    fn kind(&self, root: &Root, path: &Path) -> Kind {
        if let Some(kind) = self.kinds.borrow().get(path) {
            return *kind;
        }
        let kind = match root.open_at(path, OFlags::PATH) {
            Err(_) => Kind::Missing,
            Ok(_) if root.open_at(path, OFlags::PATH | OFlags::DIRECTORY).is_ok() => Kind::Directory,
            Ok(_) => Kind::File,
        };
        self.kinds.borrow_mut().insert(path.to_path_buf(), kind);
        kind
    }

    fn has_names(&self, root: &Root, path: &Path) -> bool {
        if let Some(names) = self.names.borrow().get(path) {
            return !names.is_empty();
        }
        !self.list(root, path).is_empty()
    }

    fn list(&self, root: &Root, path: &Path) -> Vec<OsString> {
        if let Some(names) = self.names.borrow().get(path) {
            return names.clone();
        }
        let names = root.list(path).unwrap_or_default();
        self.names.borrow_mut().insert(path.to_path_buf(), names.clone());
        names
    }
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing, or what must not be looked at.
    Missing,
    /// A directory.
    Directory,
    /// Something that can be read as a file.
    File,
}

fn is_below(path: &Path, directory: &Path) -> bool {
    path != directory && path.starts_with(directory)
}
