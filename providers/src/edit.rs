//! `FileEdit`, a planned change of one file as data: what was read and what should stand there.

use std::path::PathBuf;

/// A planned change of one file. Only `commit` acts on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// Absolute path below the root.
    pub path: PathBuf,
    /// The bytes that the plan was made from; `None` when there was no file.
    pub before: Option<Vec<u8>>,
    /// The bytes that should stand there; `None` when the file should go.
    pub after: Option<Vec<u8>>,
    /// The permission bits of a file that is created; a file that exists keeps its own.
    pub new_mode: u32,
}
