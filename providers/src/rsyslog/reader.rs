//! The stack of files that rsyslogd reads tokens from.
//!
//! Source: `cnfSetLexFile`, `popfile` in grammar/lexer.l; `cnfDoInclude` in grammar/rainerscript.c.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::fault::{Fault, FaultKind};
use super::files::{Files, Kind};
use super::glob::{self, Found};
use super::lexer;
use super::logical::Logical;
use super::token::{State, Token};
use super::tree::Span;

/// One file of the configuration, or the text of an `include(text=…)`.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path; of a text, that of the file that it stands in.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What pass 1 makes of them.
    pub logical: Logical,
    /// Where a text stands; `None` for a file.
    pub text_of: Option<Span>,
}

/// How many files are read at most: one that includes another twice, and so on, would have no end.
const MOST_FILES: usize = 10_000;

/// How many faults are kept: each byte of a file that is no configuration at all is one.
const MOST_FAULTS: usize = 10_000;

/// How deep directories and files may include each other.
const DEEPEST: usize = 64;

/// Gives tokens file by file.
#[derive(Debug)]
pub struct Reader<'m> {
    files: Files<'m>,
    /// All files that were read, in the order of their reading.
    pub sources: Vec<SourceFile>,
    /// What was wrong.
    pub faults: Vec<Fault>,
    stack: Vec<Frame>,
    open: FxHashSet<PathBuf>,
    state: State,
    ended: bool,
    base: PathBuf,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    file: u32,
    at: usize,
}

/// A token with where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    /// The token, in offsets of the logical text.
    pub token: Token,
    /// Where it stands in its file.
    pub span: Span,
}

/// Whether an include ends the reading of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Included {
    /// It goes on, with the files that were found.
    Goes,
    /// A file that must be there is not.
    Missing,
}

impl<'m> Reader<'m> {
    /// Begins with the main file. `base` is the directory that relative paths begin at.
    #[must_use]
    pub fn new(files: Files<'m>, main: &Path, base: &Path) -> Self {
        let mut reader = Self {
            files,
            sources: Vec::new(),
            faults: Vec::new(),
            stack: Vec::new(),
            open: FxHashSet::default(),
            state: State::Initial,
            ended: false,
            base: base.to_path_buf(),
        };
        reader.push_file(main, Span::default());
        reader
    }

    /// The next token, whatever it is; `None` at the end of the last file.
    pub fn token(&mut self) -> Option<Placed> {
        let dialect = self.files.dialect();
        while !self.ended {
            let frame = self.stack.last_mut()?;
            let source = self.sources.get(frame.file as usize)?;
            match lexer::next(&source.logical.text, &mut frame.at, &mut self.state, dialect) {
                Some(token) => {
                    let span = source.span(frame.file, token);
                    return Some(Placed { token, span });
                }
                None => self.pop(),
            }
        }
        None
    }

    fn pop(&mut self) {
        let Some(frame) = self.stack.pop() else { return };
        if let Some(source) = self.sources.get(frame.file as usize)
            && source.text_of.is_none()
        {
            self.open.remove(&source.path);
        }
    }

    /// Nothing is read any more: what a missing include does.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// The text of a token.
    #[must_use]
    pub fn text(&self, placed: Placed) -> &[u8] {
        let source = self.sources.get(placed.span.file as usize);
        source.map(|source| placed.token.of(&source.logical.text)).unwrap_or_default()
    }

    /// The files, for what else is read.
    #[must_use]
    pub fn files(&self) -> &Files<'m> {
        &self.files
    }

    /// Whether everything was read, as against an end that a missing file made.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.ended
    }

    /// What the lexer is in the middle of.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Puts the files of a pattern on the stack, the first on top.
    pub fn include(&mut self, pattern: &[u8], span: Span) -> Included {
        self.include_deep(pattern, span, 0)
    }

    fn include_deep(&mut self, pattern: &[u8], span: Span, depth: usize) -> Included {
        let mut pattern = pattern.to_vec();
        let base = self.base.clone();
        if self.files.kind(&base.join(std::ffi::OsStr::from_bytes(&pattern))) == Kind::Directory {
            // Without a slash at its end this also finds what only begins like the directory.
            pattern.push(b'*');
        }
        let Found::Paths(paths) = glob::find(&self.files, &pattern, &base) else { return Included::Goes };
        for path in paths.iter().rev() {
            match self.files.kind(path) {
                Kind::Missing => return Included::Missing,
                Kind::File => self.push_file(path, span),
                Kind::Directory if depth >= DEEPEST => self.fault(span, FaultKind::TooManyFiles),
                Kind::Directory => {
                    let mut inner = path.as_os_str().as_bytes().to_vec();
                    inner.push(b'/');
                    // What is missing in there does not end the reading: nobody looks at the answer.
                    self.include_deep(&inner, span, depth + 1);
                }
            }
        }
        Included::Goes
    }

    /// Puts the text of an `include(text=…)` on the stack.
    pub fn include_text(&mut self, text: Vec<u8>, span: Span) {
        let path = self.sources.get(span.file as usize).map(|source| source.path.clone());
        let logical = Logical::verbatim(text.clone());
        self.push(SourceFile { path: path.unwrap_or_default(), bytes: text, logical, text_of: Some(span) });
    }

    fn push_file(&mut self, path: &Path, span: Span) {
        // A file that only waits on the stack counts as being read.
        if self.open.contains(path) {
            return self.fault(span, FaultKind::RecursiveInclude(path.to_path_buf()));
        }
        if self.sources.len() >= MOST_FILES {
            return self.fault(span, FaultKind::TooManyFiles);
        }
        match self.files.read(path) {
            Ok(bytes) => {
                self.open.insert(path.to_path_buf());
                let logical = Logical::by(&bytes, self.files.dialect());
                self.push(SourceFile { path: path.to_path_buf(), bytes, logical, text_of: None });
            }
            Err(error) => self.fault(span, FaultKind::Unreadable(path.to_path_buf(), error.to_string())),
        }
    }

    fn push(&mut self, source: SourceFile) {
        let file = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        self.sources.push(source);
        self.stack.push(Frame { file, at: 0 });
    }

    /// Notes that something is wrong.
    pub fn fault(&mut self, span: Span, kind: FaultKind) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { span, kind });
        }
    }
}

impl SourceFile {
    fn span(&self, file: u32, token: Token) -> Span {
        // A token may begin with the blanks of its line, which are no part of what it says.
        let text = token.of(&self.logical.text);
        let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).count();
        let start = token.start as usize + if blanks < text.len() { blanks } else { 0 };
        let range = self.logical.raw_range(start..token.end as usize);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let line = self.logical.line(start);
        match self.text_of {
            // A text has no lines of its own in the file.
            Some(span) => Span { file, line: span.line, start: place(range.start), end: place(range.end) },
            None => Span { file, line, start: place(range.start), end: place(range.end) },
        }
    }
}
