//! From many planned changes to one edit per file.

use std::collections::BTreeMap;
use std::path::Path;

use crate::document::Change;
use crate::edit::{Check, FileEdit, Permissions, Show};
use crate::provider::Plan;

/// The observed files of a kind.
pub trait Files {
    /// The bytes that were observed; `None` where there is no file.
    fn bytes(&self, path: &Path) -> Option<&[u8]>;

    /// The bytes after the changes.
    fn with(&self, path: &Path, changes: &[Change]) -> Vec<u8>;

    /// Whether a file that holds nothing any more is removed: true only of those that we make ourselves.
    fn goes_when_empty(&self, path: &Path) -> bool;

    /// The mode and owner of a file that is made.
    fn new_permissions(&self, path: &Path) -> Permissions;

    /// How the text of these files is put before a person.
    fn show(&self) -> Show;

    /// The daemon's own check of what a file should hold, where it has one.
    fn check(&self, path: &Path, after: Option<&[u8]>) -> Option<Check> {
        let _ = (path, after);
        None
    }
}

/// The text of a new file: the appended lines.
#[must_use]
pub fn new_file(changes: &[Change]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for change in changes {
        if let Change::Append { text } | Change::Insert { text, .. } = change {
            bytes.extend_from_slice(text);
            bytes.push(b'\n');
        }
    }
    bytes
}

/// What is planned for one file.
#[derive(Default)]
struct Planned {
    changes: Vec<Change>,
    permissions: Option<Permissions>,
}

/// One edit per file out of the plans of all resources, files in the order of their names.
pub fn compose<'p>(files: &impl Files, plans: impl IntoIterator<Item = &'p Plan>) -> Vec<FileEdit> {
    let mut by_file: BTreeMap<&Path, Planned> = BTreeMap::new();
    for plan in plans {
        for edit in &plan.edits {
            by_file.entry(&edit.file).or_default().changes.push(edit.change.clone());
        }
        for (file, permissions) in &plan.permissions {
            by_file.entry(file).or_default().permissions = Some(*permissions);
        }
    }
    let edit_of = |(path, planned): (&Path, Planned)| {
        let after = files.with(path, &planned.changes);
        let gone = after.is_empty() && files.goes_when_empty(path);
        let after = (!gone).then_some(after);
        FileEdit {
            path: path.to_path_buf(),
            before: files.bytes(path).map(<[u8]>::to_vec),
            new: files.new_permissions(path),
            permissions: planned.permissions,
            show: files.show(),
            check: files.check(path, after.as_deref()),
            after,
        }
    };
    by_file.into_iter().map(edit_of).collect()
}
