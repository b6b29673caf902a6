//! The files of a chronyd: `include`, `confdir`.
//!
//! Source: `CNF_ReadFile`, `parse_include` and `search_dirs` in conf.c; chrony 4.3 was asked. `sourcedir` is left out:
//! its files name sources and nothing else.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::syntax::{ChronySyntax, Directive};
use crate::ntp::files::{Base, Closure, FilesError, Found, Problem, ProblemKind, Reader, line_id};
use crate::ntp::source::Source;

/// How deep includes may be nested, the main file counted; deeper, chronyd does not start.
const MOST_NESTED: usize = 10;

/// Reads the files that a chronyd with this main file reads.
///
/// # Errors
/// When a file is there and cannot be read.
pub fn read(source: &Source<'_>, main: &Path, base: &Base) -> Result<Closure<Directive>, FilesError> {
    let mut walk = Walk { reader: Reader::new(source, &ChronySyntax, base) };
    match walk.reader.open(main)? {
        Found::File(file) => walk.file(file, 1)?,
        Found::Nothing | Found::Directory(_) => {
            walk.reader.keep(main, None);
        }
    }
    Ok(walk.reader.closure)
}

struct Walk<'a> {
    reader: Reader<'a, ChronySyntax>,
}

impl Walk<'_> {
    fn file(&mut self, file: usize, depth: usize) -> Result<(), FilesError> {
        for at in 0..self.reader.chunks(file).len() {
            let line = line_id(file, at);
            self.reader.line(line)?;
            let paths = match self.reader.chunks(file)[at].entry.clone() {
                Some(Directive::Include(pattern)) => self.matches(&pattern)?,
                Some(Directive::Confdir(directories)) => self.drop_ins(&directories)?,
                _ => continue,
            };
            for path in paths {
                let kind = match self.reader.open(&path)? {
                    _ if depth == MOST_NESTED => ProblemKind::TooDeep,
                    Found::File(file) => {
                        self.file(file, depth + 1)?;
                        continue;
                    }
                    Found::Directory(_) => ProblemKind::Directory,
                    Found::Nothing => ProblemKind::Missing,
                };
                self.reader.closure.problems.push(Problem { line, path, kind });
            }
        }
        Ok(())
    }

    /// What glob(3) finds, and a path without a wildcard whether or not it is there.
    fn matches(&self, pattern: &[u8]) -> Result<Vec<PathBuf>, FilesError> {
        let is_absolute = pattern.starts_with(b"/");
        let mut found = vec![PathBuf::from(if is_absolute { "/" } else { "" })];
        for part in pattern.split(|byte| *byte == b'/').filter(|part| !part.is_empty()) {
            let name = OsStr::from_bytes(part);
            let Some(glob) = wildcard(part) else {
                found.iter_mut().for_each(|path| path.push(name));
                continue;
            };
            let mut next = Vec::new();
            for directory in &found {
                for name in self.reader.list(directory)?.unwrap_or_default() {
                    let is_hidden = name.starts_with(b".") && !part.starts_with(b".");
                    if !is_hidden && glob.is_match(OsStr::from_bytes(&name)) {
                        next.push(directory.join(OsStr::from_bytes(&name)));
                    }
                }
            }
            found = next;
        }
        Ok(found)
    }

    /// `*.conf` of all directories by name; of files of the same name that of the directory named first.
    fn drop_ins(&mut self, directories: &[Vec<u8>]) -> Result<Vec<PathBuf>, FilesError> {
        let mut names: Vec<(Vec<u8>, PathBuf)> = Vec::new();
        for directory in directories {
            let directory = Path::new(OsStr::from_bytes(directory));
            self.reader.keep_directory(directory);
            for name in self.reader.list(directory)?.unwrap_or_default() {
                let is_read = name.ends_with(b".conf") && !name.starts_with(b".");
                if is_read && !names.iter().any(|(other, _)| *other == name) {
                    let path = directory.join(OsStr::from_bytes(&name));
                    names.push((name, path));
                }
            }
        }
        names.sort_unstable();
        Ok(names.into_iter().map(|(_, path)| path).collect())
    }
}

/// The pattern of one part of a path; `None` where it is a plain name.
fn wildcard(part: &[u8]) -> Option<GlobMatcher> {
    let is_pattern = part.iter().any(|byte| matches!(byte, b'*' | b'?' | b'['));
    let text = std::str::from_utf8(part).ok().filter(|_| is_pattern)?;
    GlobBuilder::new(text).literal_separator(true).build().ok().map(|glob| glob.compile_matcher())
}
