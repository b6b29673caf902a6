//! A local file's entries, found by name and by number.

use std::cell::{Cell, OnceCell};
use std::hash::BuildHasher;
use std::ops::Range;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::passwd::{self, Entry};
use crate::strtoul::skip_space;

/// Up to so many entries comparing one by one is cheaper than an index.
const WITHOUT_INDEX: usize = 64;

/// So many searches through a long file are cheaper than an index over it.
const WITHOUT_INDEX_SEARCHES: u32 = 4;

/// The entries of one file; a look-up takes the same time however many there are.
#[derive(Debug)]
pub(crate) struct Table<T> {
    bytes: Vec<u8>,
    rows: Vec<Row<T>>,
    compat_lines: bool,
    /// By the hash of the name: copies of all names would cost more than the rare search for one that is hidden.
    by_name: OnceCell<FxHashMap<u64, usize>>,
    by_id: OnceCell<FxHashMap<u32, usize>>,
    /// The row behind the last one that was found by [`Table::has_name`].
    next: Cell<usize>,
    searches: Cell<u32>,
}

/// An entry that was understood, and is taken out of the bytes when it is first asked for.
#[derive(Debug)]
struct Row<T> {
    line: Range<usize>,
    name_length: usize,
    id: u32,
    /// A group of ten thousand members must not be read again for each line that names it.
    entry: OnceCell<Option<Box<T>>>,
}

impl<T: Entry> Table<T> {
    /// Skips what glibc skips: blanks before an entry, comments, lines without all their fields,
    /// and `+` and `-` lines, which only the service `compat` obeys.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let (mut rows, mut compat_lines) = (Vec::new(), false);
        for (start, line) in passwd::lines(&bytes) {
            let end = start + line.len();
            let line = skip_space(line);
            match line.first() {
                None | Some(b'#') => {}
                Some(b'+' | b'-') => compat_lines = true,
                Some(_) => {
                    if let Some((name_length, id)) = T::key(line) {
                        let line = end - line.len()..end;
                        rows.push(Row { line, name_length, id, entry: OnceCell::new() });
                    }
                }
            }
        }
        Self {
            bytes,
            rows,
            compat_lines,
            by_name: OnceCell::new(),
            by_id: OnceCell::new(),
            next: Cell::new(0),
            searches: Cell::new(0),
        }
    }

    /// The bytes of the file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the file has `+` or `-` lines.
    pub(crate) fn has_compat_lines(&self) -> bool {
        self.compat_lines
    }

    /// All entries in the order of the file.
    pub(crate) fn entries(&self) -> impl Iterator<Item = T> {
        self.rows.iter().filter_map(|row| T::parse(self.line(row)))
    }

    /// The first entry of this name.
    pub(crate) fn by_name(&self, name: &[u8]) -> Option<T> {
        self.entry(self.row(name)?)
    }

    /// The number of the first entry of this name, as it is valid for an entry that can be read.
    pub(crate) fn id_of(&self, name: &[u8]) -> Option<u32> {
        self.row(name).map(|row| row.id)
    }

    /// Whether an entry has this name.
    ///
    /// A file of limits that was made from a list of users names them in the order of that list: the row behind
    /// the last one that was found is tried first, and then nothing needs to be looked up.
    pub(crate) fn has_name(&self, name: &[u8]) -> bool {
        let next = self.next.get();
        let found = if self.rows.get(next).is_some_and(|row| self.name(row) == name) {
            Some(next)
        } else {
            self.position(name)
        };
        if let Some(found) = found {
            self.next.set(found + 1);
        }
        found.is_some()
    }

    fn row(&self, name: &[u8]) -> Option<&Row<T>> {
        self.rows.get(self.position(name)?)
    }

    /// The first row of this name.
    fn position(&self, name: &[u8]) -> Option<usize> {
        let search = || self.rows.iter().position(|row| self.name(row) == name);
        let searches = self.searches.get();
        if self.rows.len() <= WITHOUT_INDEX || searches < WITHOUT_INDEX_SEARCHES {
            self.searches.set(searches.saturating_add(1));
            return search();
        }
        let hash = |name: &[u8]| FxBuildHasher.hash_one(name);
        let index = self.by_name.get_or_init(|| self.index(|row| hash(self.name(row))));
        let at = *index.get(&hash(name))?;
        // Another name with the same hash hides it.
        if self.rows.get(at).is_some_and(|row| self.name(row) == name) { Some(at) } else { search() }
    }

    /// All names that have this number, also those that an entry before it has with another.
    pub(crate) fn names_of(&self, id: u32) -> impl Iterator<Item = &[u8]> {
        self.rows.iter().filter(move |row| row.id == id).map(|row| self.name(row))
    }

    /// The first entry of this number.
    pub(crate) fn by_id(&self, id: u32) -> Option<T> {
        self.entry(self.row_of_id(id)?)
    }

    /// Whether an entry has this number.
    pub(crate) fn has_id(&self, id: u32) -> bool {
        self.row_of_id(id).is_some()
    }

    fn row_of_id(&self, id: u32) -> Option<&Row<T>> {
        if self.rows.len() <= WITHOUT_INDEX {
            return self.rows.iter().find(|row| row.id == id);
        }
        let index = self.by_id.get_or_init(|| self.index(|row| row.id));
        self.rows.get(*index.get(&id)?)
    }

    fn index<K: Eq + std::hash::Hash>(&self, key: impl Fn(&Row<T>) -> K) -> FxHashMap<K, usize> {
        let mut index = FxHashMap::with_capacity_and_hasher(self.rows.len(), Default::default());
        for (at, row) in self.rows.iter().enumerate() {
            index.entry(key(row)).or_insert(at);
        }
        index
    }

    fn line(&self, row: &Row<T>) -> &[u8] {
        self.bytes.get(row.line.clone()).unwrap_or_default()
    }

    fn name(&self, row: &Row<T>) -> &[u8] {
        self.line(row).get(..row.name_length).unwrap_or_default()
    }

    fn entry(&self, row: &Row<T>) -> Option<T> {
        row.entry.get_or_init(|| T::parse(self.line(row)).map(Box::new)).as_deref().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Account;
    use crate::ids::Uid;

    #[test]
    fn an_index_finds_what_comparing_finds() {
        use std::fmt::Write as _;
        let mut text = String::new();
        for number in 0..1000 {
            writeln!(text, "  user{number}:x:{}:1", number / 2).unwrap();
            writeln!(text, "user{number}:x:5000:1").unwrap();
        }
        let table = Table::<Account>::new(text.clone().into_bytes());
        assert_eq!(table.entries().count(), 2000);
        for number in [0, 1, 500, 999] {
            let name = format!("user{number}");
            assert_eq!(table.by_name(name.as_bytes()).unwrap().uid, Uid(number / 2));
            assert_eq!(table.by_id(number / 2).unwrap().name, format!("user{}", number / 2 * 2).as_bytes());
        }
        assert_eq!(table.by_name(b"user1000"), None);
        for name in ["user999", "user0", "user0", "user1", "user2", "user500"] {
            assert!(table.has_name(name.as_bytes()), "{name}");
        }
        assert!(!table.has_name(b"user1000"));
        assert_eq!(table.by_id(5001), None);
    }
}
