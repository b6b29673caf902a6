//! From many planned changes to one edit per file.

use std::collections::BTreeMap;
use std::path::Path;

use crate::document::Change;
use crate::edit::FileEdit;
use crate::provider::Edit;

/// The observed files of a kind.
pub trait Files {
    /// The bytes that were observed; `None` where there is no file.
    fn bytes(&self, path: &Path) -> Option<&[u8]>;

    /// The bytes after the changes.
    fn with(&self, path: &Path, changes: &[Change]) -> Vec<u8>;

    /// Whether a file that holds nothing any more is removed: true only of those that we make ourselves.
    fn goes_when_empty(&self, path: &Path) -> bool;

    /// The permission bits of a file that is made.
    fn new_mode(&self) -> u32;
}

/// The text of a new file: the appended lines.
#[must_use]
pub fn new_file(changes: &[Change]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for change in changes {
        if let Change::Append { text } = change {
            bytes.extend_from_slice(text);
            bytes.push(b'\n');
        }
    }
    bytes
}

/// One edit per file out of the changes of all resources, files in the order of their names.
pub fn compose<'e>(files: &impl Files, edits: impl IntoIterator<Item = &'e Edit>) -> Vec<FileEdit> {
    let mut by_file: BTreeMap<&Path, Vec<Change>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(&edit.file).or_default().push(edit.change.clone());
    }
    let edit_of = |(path, changes): (&Path, Vec<Change>)| {
        let after = files.with(path, &changes);
        let gone = after.is_empty() && files.goes_when_empty(path);
        FileEdit {
            path: path.to_path_buf(),
            before: files.bytes(path).map(<[u8]>::to_vec),
            after: (!gone).then_some(after),
            new_mode: files.new_mode(),
        }
    };
    by_file.into_iter().map(edit_of).collect()
}
