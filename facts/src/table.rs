//! A file's entries with an index by name and one by number, each made when first needed.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::accounts::{Account, Group};
use crate::passwd::Entries;

/// What has a name and a number.
pub(crate) trait Entry {
    fn name(&self) -> &[u8];
    fn id(&self) -> u32;
}

impl Entry for Account {
    fn name(&self) -> &[u8] {
        &self.name
    }

    fn id(&self) -> u32 {
        self.uid.0
    }
}

impl Entry for Group {
    fn name(&self) -> &[u8] {
        &self.name
    }

    fn id(&self) -> u32 {
        self.gid.0
    }
}

/// The entries of one file; a look-up takes the same time however many there are.
#[derive(Debug)]
pub(crate) struct Table<T> {
    entries: Vec<T>,
    compat_lines: bool,
    by_name: OnceCell<HashMap<Vec<u8>, usize>>,
    by_id: OnceCell<HashMap<u32, usize>>,
}

impl<T: Entry> Table<T> {
    pub(crate) fn new(file: Entries<T>) -> Self {
        let Entries { entries, compat: compat_lines } = file;
        Self { entries, compat_lines, by_name: OnceCell::new(), by_id: OnceCell::new() }
    }

    /// In the order of the file.
    pub(crate) fn entries(&self) -> &[T] {
        &self.entries
    }

    /// Whether the file has `+` or `-` lines.
    pub(crate) fn has_compat_lines(&self) -> bool {
        self.compat_lines
    }

    /// The first entry of this name.
    pub(crate) fn by_name(&self, name: &[u8]) -> Option<&T> {
        let index = self.by_name.get_or_init(|| {
            let mut index = HashMap::with_capacity(self.entries.len());
            for (at, entry) in self.entries.iter().enumerate() {
                index.entry(entry.name().to_vec()).or_insert(at);
            }
            index
        });
        index.get(name).and_then(|at| self.entries.get(*at))
    }

    /// The first entry of this number.
    pub(crate) fn by_id(&self, id: u32) -> Option<&T> {
        let index = self.by_id.get_or_init(|| {
            let mut index = HashMap::with_capacity(self.entries.len());
            for (at, entry) in self.entries.iter().enumerate() {
                index.entry(entry.id()).or_insert(at);
            }
            index
        });
        index.get(&id).and_then(|at| self.entries.get(*at))
    }
}
