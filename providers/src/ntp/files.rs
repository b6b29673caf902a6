//! The files of one daemon, in the order in which it reads their lines.
//!
//! A file may be read more than once and from within another, so the lines have an order of their own. Each is kept
//! once, for a change is made to the file and not to a reading of it.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use standfast_facts::root::ReadError;
use thiserror::Error;

use super::source::Source;
use super::table::LineId;
use crate::document::{Chunk, Document, Syntax};
use crate::provider::Place;
use crate::shown::Shown;

/// The most lines that are followed; files that include each other twice would have no end in practice.
const MOST_LINES: usize = 4_000_000;

/// Why the files of a daemon cannot be read.
#[derive(Debug, Error)]
pub enum FilesError {
    /// A file is there and cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// They include each other again and again.
    #[error("{path}: includes more than {MOST_LINES} lines", path = path.display())]
    TooMany {
        /// The main file.
        path: PathBuf,
    },
}

/// One file.
#[derive(Debug)]
pub struct ConfigFile<E> {
    /// Its path below the root.
    pub path: PathBuf,
    /// What is in it; `None` where there is no file.
    pub document: Option<Document<E>>,
}

/// The files of one daemon.
#[derive(Debug)]
pub struct Closure<E> {
    /// Each file once; the main one is the first.
    pub files: Vec<ConfigFile<E>>,
    /// The lines in the order in which they are read.
    pub lines: Vec<LineId>,
    /// Includes that do not do what they say.
    pub problems: Vec<Problem>,
    /// Directories of which the files are read, whether or not they hold any.
    pub directories: Vec<PathBuf>,
}

/// An include that does not do what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line that includes.
    pub line: LineId,
    /// What.
    pub path: PathBuf,
    /// Why.
    pub kind: ProblemKind,
}

/// Why an include does not do what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// There is no such file, and the daemon goes on without it.
    Missing,
    /// Includes are nested deeper than the daemon follows, or a file includes itself.
    TooDeep,
    /// It is a directory, of which this daemon reads nothing.
    Directory,
    /// Words behind the path make the parser skip the first line of the file.
    FirstLineLost,
}

/// Whence relative paths start, and what stands for `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The daemon's working directory.
    pub cwd: PathBuf,
    /// The directory that the daemon took for `/` when it read its files.
    pub root: PathBuf,
}

impl Default for Base {
    fn default() -> Self {
        Self { cwd: PathBuf::from("/"), root: PathBuf::from("/") }
    }
}

impl Base {
    /// Where a path of the daemon is below our root.
    #[must_use]
    pub fn locate(&self, path: &Path) -> PathBuf {
        let absolute = self.cwd.join(path);
        if self.root == Path::new("/") {
            return absolute;
        }
        self.root.join(absolute.strip_prefix("/").unwrap_or(&absolute))
    }
}

/// Reads files, each once.
pub(super) struct Reader<'a, S: Syntax> {
    source: &'a Source<'a>,
    syntax: &'a S,
    base: &'a Base,
    known: FxHashMap<PathBuf, usize>,
    pub(super) closure: Closure<S::Entry>,
}

/// What is found at a path.
pub(super) enum Found {
    /// A file, by its number.
    File(usize),
    /// A directory, with its names in byte order.
    Directory(Vec<Vec<u8>>),
    /// Nothing.
    Nothing,
}

impl<'a, S: Syntax> Reader<'a, S> {
    pub(super) fn new(source: &'a Source<'a>, syntax: &'a S, base: &'a Base) -> Self {
        let closure =
            Closure { files: Vec::new(), lines: Vec::new(), problems: Vec::new(), directories: Vec::new() };
        Self { source, syntax, base, known: FxHashMap::default(), closure }
    }

    /// Reads what is at a path of the daemon.
    pub(super) fn open(&mut self, path: &Path) -> Result<Found, FilesError> {
        if let Some(file) = self.known.get(path) {
            return Ok(Found::File(*file));
        }
        let place = self.base.locate(path);
        match self.source.read(&place) {
            Ok(bytes) => Ok(Found::File(self.keep(path, Some(Document::parse(self.syntax, bytes))))),
            Err(ReadError::Missing { .. }) => Ok(Found::Nothing),
            Err(error @ ReadError::NotAFile { .. }) => match self.list(path)? {
                Some(names) => Ok(Found::Directory(names)),
                None => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// The names in a directory of the daemon; `None` where there is none.
    pub(super) fn list(&self, path: &Path) -> Result<Option<Vec<Vec<u8>>>, FilesError> {
        Ok(self.source.list(&self.base.locate(path))?)
    }

    /// Notes a file, or that there is none.
    pub(super) fn keep(&mut self, path: &Path, document: Option<Document<S::Entry>>) -> usize {
        let file = self.closure.files.len();
        if document.is_some() {
            self.known.insert(path.to_path_buf(), file);
        }
        self.closure.files.push(ConfigFile { path: self.base.locate(path), document });
        file
    }

    /// Notes a directory of which files are read.
    pub(super) fn keep_directory(&mut self, path: &Path) {
        let place = self.base.locate(path);
        if !self.closure.directories.contains(&place) {
            self.closure.directories.push(place);
        }
    }

    pub(super) fn chunks(&self, file: usize) -> &[Chunk<S::Entry>] {
        self.closure.files[file].document.as_ref().map(Document::chunks).unwrap_or_default()
    }

    /// Adds a line to those that are read.
    pub(super) fn line(&mut self, line: LineId) -> Result<(), FilesError> {
        if self.closure.lines.len() == MOST_LINES {
            return Err(FilesError::TooMany { path: self.closure.files[0].path.clone() });
        }
        self.closure.lines.push(line);
        Ok(())
    }
}

/// The number of a line.
pub(super) fn line_id(file: usize, chunk: usize) -> LineId {
    LineId { file: u32::try_from(file).unwrap_or(u32::MAX), chunk: u32::try_from(chunk).unwrap_or(u32::MAX) }
}

impl<E> Closure<E> {
    /// What a line says.
    #[must_use]
    pub fn entry(&self, line: LineId) -> Option<&E> {
        self.document(line)?.chunks().get(line.chunk as usize)?.entry.as_ref()
    }

    /// All lines in reading order, with what they say.
    pub fn entries(&self) -> impl Iterator<Item = (LineId, &E)> {
        self.lines.iter().filter_map(|line| Some((*line, self.entry(*line)?)))
    }

    /// The document of a line.
    #[must_use]
    pub fn document(&self, line: LineId) -> Option<&Document<E>> {
        self.files.get(line.file as usize)?.document.as_ref()
    }

    /// File and line number of a line.
    #[must_use]
    pub fn place(&self, line: LineId) -> Place {
        let file = self.files.get(line.file as usize);
        let chunk = self.document(line).and_then(|document| document.chunks().get(line.chunk as usize));
        Place {
            file: file.map(|file| file.path.clone()).unwrap_or_default(),
            line: chunk.map_or(0, |chunk| chunk.line),
        }
    }

    /// The text of a line, safe to show.
    #[must_use]
    pub fn text(&self, line: LineId) -> Shown {
        let text = self.document(line).map(|document| document.text(line.chunk as usize)).unwrap_or_default();
        super::masked::line(text.trim_ascii())
    }

    /// The path of the main file below the root.
    #[must_use]
    pub fn main(&self) -> &Path {
        self.files.first().map_or(Path::new(""), |file| &file.path)
    }

    /// The file with this path.
    #[must_use]
    pub fn file(&self, path: &Path) -> Option<&ConfigFile<E>> {
        self.files.iter().find(|file| file.path == path)
    }
}
