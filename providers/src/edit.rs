//! `FileEdit`, a planned change of one file as data: what was read and what should stand there.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::shown::Shown;

/// A planned change of one file. Only `commit` acts on it.
#[derive(Clone, Debug)]
pub struct FileEdit {
    /// Absolute path below the root.
    pub path: PathBuf,
    /// The bytes that the plan was made from; `None` when there was no file.
    pub before: Option<Vec<u8>>,
    /// The bytes that should stand there; `None` when the file should go.
    pub after: Option<Vec<u8>>,
    /// Who owns a file that is created, and its mode.
    pub new: Permissions,
    /// What the permissions of a file that exists become; without it the file keeps its own.
    pub permissions: Option<Permissions>,
    /// How its text is put before a person.
    pub show: Show,
    /// The daemon's own check, where it has one, of what the file would make of the configuration.
    pub check: Option<Check>,
}

/// A daemon's check of its own configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The program.
    pub program: PathBuf,
    /// Its arguments before the file.
    pub arguments: Vec<OsString>,
    /// The main file of the configuration.
    pub config: PathBuf,
    /// The whole configuration as one file, before and after, for where no private view of the files can be had.
    pub alone: Option<(Vec<u8>, Vec<u8>)>,
    /// What it says whatever it finds: lines that hold one of these are no complaint.
    pub noise: &'static [&'static str],
}

/// The mode and the owner of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// The permission bits, chmod(2).
    pub mode: u32,
    /// The owning user; `None` leaves it as it is, or as the process is.
    pub uid: Option<u32>,
    /// The owning group; `None` leaves it as it is, or as the process is.
    pub gid: Option<u32>,
}

impl Permissions {
    /// A mode, whoever owns the file.
    #[must_use]
    pub fn mode(mode: u32) -> Self {
        Self { mode, uid: None, gid: None }
    }
}

/// How the text of a file is put before a person: safe to show, secrets masked, line by line.
pub type Show = fn(&[u8], &mut Labels) -> String;

/// The text of a file without secrets.
#[must_use]
pub fn show_plain(bytes: &[u8], _: &mut Labels) -> String {
    show_lines(bytes, Shown::bytes)
}

/// The text of a file of which each line is shown in this way.
#[must_use]
pub fn show_lines(bytes: &[u8], mut show: impl FnMut(&[u8]) -> Shown) -> String {
    let mut text = String::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        text.push_str(show(line.strip_suffix(b"\n").unwrap_or(line)).as_str());
        if line.ends_with(b"\n") {
            text.push('\n');
        }
    }
    text
}

/// Numbers in the place of secrets: equal secrets have one number, in the order in which they are met.
///
/// A diff that masked all secrets alike would not show that one was replaced by another.
#[derive(Default)]
pub struct Labels(HashMap<Box<[u8]>, usize>);

impl Labels {
    /// The number of a secret, counted from 1.
    pub fn of(&mut self, secret: &[u8]) -> usize {
        let next = self.0.len() + 1;
        *self.0.entry(secret.into()).or_insert(next)
    }
}

impl std::fmt::Debug for Labels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Labels({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{Labels, show_plain};

    #[test]
    fn equal_secrets_have_one_number_and_no_debug_text() {
        let mut labels = Labels::default();
        assert_eq!([b"a", b"b", b"a"].map(|secret| labels.of(secret)), [1, 2, 1]);
        assert_eq!(format!("{labels:?}"), "Labels(2)");
    }

    #[test]
    fn line_ends_stay_and_control_characters_are_written_out() {
        assert_eq!(show_plain(b"a\x1b\n\nb", &mut Labels::default()), "a\\x1b\n\nb");
    }
}
