//! Where files are read from: the machine, or the machine as a plan would leave it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use standfast_facts::root::{ReadError, Root};

/// The machine's files, some of them with other bytes.
#[derive(Debug)]
pub struct Source<'r> {
    root: &'r Root,
    changed: BTreeMap<PathBuf, Vec<u8>>,
}

impl<'r> Source<'r> {
    /// The machine as it is.
    #[must_use]
    pub fn new(root: &'r Root) -> Self {
        Self { root, changed: BTreeMap::new() }
    }

    /// The machine with other bytes in these files, which need not be there yet.
    #[must_use]
    pub fn with(root: &'r Root, changed: BTreeMap<PathBuf, Vec<u8>>) -> Self {
        Self { root, changed }
    }

    /// Reads a file whole.
    pub(super) fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.changed.get(path).map_or_else(|| self.root.read(path), |bytes| Ok(bytes.clone()))
    }

    /// The names in a directory in byte order; `None` where there is no directory.
    pub(super) fn list(&self, path: &Path) -> Result<Option<Vec<Vec<u8>>>, ReadError> {
        let listed = match self.root.list(path) {
            Ok(names) => Some(names.into_iter().map(std::ffi::OsString::into_encoded_bytes).collect()),
            Err(ReadError::Missing { .. } | ReadError::NotAFile { .. }) => None,
            Err(error) => return Err(error),
        };
        let mut names: Vec<Vec<u8>> = listed.clone().unwrap_or_default();
        let added = self.changed.keys().filter(|file| file.parent() == Some(path));
        names.extend(added.filter_map(|file| Some(file.file_name()?.as_encoded_bytes().to_vec())));
        if names.is_empty() && listed.is_none() {
            return Ok(None);
        }
        names.sort_unstable();
        names.dedup();
        Ok(Some(names))
    }
}
