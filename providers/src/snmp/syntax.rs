//! The lexical rules of net-snmp's files: from bytes to lines, nothing lost.
//!
//! Source: `read_config` in net-snmp's snmplib/read_config.c; which rules hold is in [`Rules`]. Where folklore and
//! the daemon disagree, the daemon decides (`tests/oracle`).

use super::keyword::{FileType, Keyword};
use super::rules::{Feature, Lines, Rules};
use super::words::{self, is_space, skip_space};
use crate::document::{Chunk, Syntax};

/// The longest first word: its buffer of 1024 bytes less the NUL.
const LONGEST_WORD: usize = 1023;

/// The longest piece that is read at a time up to 5.7.1.
const LONGEST_PIECE: usize = 1023;

/// By so much the buffer of a line grows, from 5.7.2 on.
const BUFFER_STEP: usize = 256;

/// A line that is neither blank nor a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The type of file that it is read as; `None`: that of the file which includes this one, or of the file itself.
    pub file_type: Option<FileType>,
    /// What its first word is in its own type of file; where `file_type` is open, in a file of the daemon.
    pub keyword: Keyword,
    /// The line as the daemon has it in its buffer, where that is not what stands in the file: behind a NUL.
    glued: Option<Box<[u8]>>,
    word: Piece,
    /// From the word behind the first one to the end.
    parameter: Option<Piece>,
}

/// A piece of a text by its place in it; files are bounded far below 4 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    start: u32,
    end: u32,
}

impl Piece {
    fn new(start: usize, end: usize) -> Self {
        let number = |place| u32::try_from(place).unwrap_or(u32::MAX);
        Self { start: number(start), end: number(end) }
    }

    fn moved(self, by: usize) -> Self {
        Self::new(self.start as usize + by, self.end as usize + by)
    }

    fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

impl Line {
    /// The first word as it is written, with its quotes; `bytes` are those of the document.
    #[must_use]
    pub fn word<'b>(&'b self, bytes: &'b [u8]) -> &'b [u8] {
        self.word.of(self.glued.as_deref().unwrap_or(bytes))
    }

    /// The first word as the daemon reads it, without quotes and backslashes.
    #[must_use]
    pub fn name(&self, bytes: &[u8]) -> Vec<u8> {
        words::word(self.word(bytes), LONGEST_WORD).value
    }

    /// What follows the first word, up to the end of the line: what the includes take, white space and all.
    /// `None` where nothing follows, and the daemon ignores the line.
    #[must_use]
    pub fn raw_parameter<'b>(&'b self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        Some(self.parameter?.of(self.glued.as_deref().unwrap_or(bytes)))
    }

    /// What follows the first word without white space at the end: what all other directives take.
    #[must_use]
    pub fn parameter<'b>(&'b self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let raw = self.raw_parameter(bytes)?;
        let end = raw.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
        // The daemon never removes the first byte.
        raw.get(..end.max(1))
    }

    /// Whether a NUL glued this line to the next one.
    #[must_use]
    pub fn is_glued(&self) -> bool {
        self.glued.is_some()
    }

    /// What the first word is when the line is read as this type of file, unless the file says another one.
    #[must_use]
    pub fn keyword_in(&self, bytes: &[u8], inherited: FileType) -> Keyword {
        match (self.file_type, inherited) {
            (Some(_), _) | (None, FileType::Daemon) => self.keyword,
            (None, _) if self.keyword.is_of_any_type() => self.keyword,
            (None, inherited) => Keyword::of(&self.name(bytes), inherited),
        }
    }
}

impl Keyword {
    /// Whether it is read before the type of file counts.
    fn is_of_any_type(self) -> bool {
        matches!(
            self,
            Self::Section
                | Self::BadSection
                | Self::Include
                | Self::IncludeDir
                | Self::IncludeFile
                | Self::IncludeSearch
        )
    }
}

/// The syntax of snmpd.conf and its kin under one version.
#[derive(Clone, Copy, Debug)]
pub struct SnmpSyntax<'r> {
    /// The rules of the installed version.
    pub rules: &'r Rules,
}

impl Syntax for SnmpSyntax<'_> {
    type Entry = Line;

    fn chunks(&self, bytes: &[u8]) -> Vec<Chunk<Line>> {
        let mut chunks = Vec::with_capacity(bytes.len() / 32 + 1);
        let mut cutter = Cutter { bytes, at: 0, buffer: 0, lines: self.rules.lines };
        let (mut line, mut file_type) = (1_u32, None);
        while let Some(cut) = cutter.next() {
            let mut entry = self.line(cut.text.of(bytes), file_type);
            if let Some(entry) = &mut entry {
                if entry.keyword == Keyword::Section {
                    file_type = entry.file_type;
                }
                entry.place(&cut);
            }
            chunks.push(Chunk { end: cut.end, line, entry });
            line += cut.newlines;
        }
        chunks
    }
}

impl Line {
    /// Moves what was read of a text to where that text stands.
    fn place(&mut self, cut: &Cut) {
        match &cut.text {
            Text::At(start, _) => {
                self.word = self.word.moved(*start);
                self.parameter = self.parameter.map(|parameter| parameter.moved(*start));
            }
            Text::Glued(text) => self.glued = Some(text.clone().into_boxed_slice()),
        }
    }
}

impl SnmpSyntax<'_> {
    /// Reads one line; the places of its words are of the text.
    fn line(&self, text: &[u8], file_type: Option<FileType>) -> Option<Line> {
        let start = skip_space(text)?;
        let place = |rest: &[u8]| text.len() - rest.len();
        let first = words::word(start, LONGEST_WORD);
        let piece = |from: usize, length: usize| Piece::new(from, from + length);
        let mut line = Line {
            file_type,
            keyword: Keyword::Unknown,
            glued: None,
            word: piece(place(start), first.length),
            parameter: first.rest.map(|rest| Piece::new(place(rest), text.len())),
        };
        if let Some(name) = first.value.strip_prefix(b"[") {
            let Some(named) = name.strip_suffix(b"]").and_then(|name| self.file_type(name)) else {
                line.keyword = Keyword::BadSection;
                return Some(line);
            };
            line.file_type = Some(named);
            let Some(rest) = first.rest else {
                line.keyword = Keyword::Section;
                return Some(line);
            };
            // For this line alone; the includes are not looked for here.
            let second = words::word(rest, LONGEST_WORD);
            line.word = piece(place(rest), second.length);
            line.parameter = second.rest.map(|rest| Piece::new(place(rest), text.len()));
            line.keyword = self.known(&second.value, named);
            return Some(line);
        }
        line.keyword = match self.include(&first.value) {
            Some(include) => include,
            None => self.known(&first.value, file_type.unwrap_or(FileType::Daemon)),
        };
        Some(line)
    }

    fn known(&self, word: &[u8], file_type: FileType) -> Keyword {
        match Keyword::of(word, file_type) {
            Keyword::DisableV1 | Keyword::DisableV2c if self.rules.disabling == Feature::Unknown => {
                Keyword::Unknown
            }
            keyword => keyword,
        }
    }

    fn file_type(&self, name: &[u8]) -> Option<FileType> {
        if name == self.rules.application {
            return Some(FileType::Daemon);
        }
        [FileType::Library, FileType::AgentX].into_iter().find(|known| known.name().as_bytes() == name)
    }

    /// The includes: case does not matter, except that the first letter must be a small one.
    fn include(&self, word: &[u8]) -> Option<Keyword> {
        if self.rules.includes == Feature::Unknown || !word.starts_with(b"i") {
            return None;
        }
        match word.to_ascii_lowercase().as_slice() {
            b"include" => Some(Keyword::Include),
            b"includedir" => Some(Keyword::IncludeDir),
            b"includefile" => Some(Keyword::IncludeFile),
            b"includesearch" => Some(Keyword::IncludeSearch),
            _ => None,
        }
    }
}

/// One line as the daemon reads it.
struct Cut {
    /// Where it ends in the document, with its line end.
    end: usize,
    text: Text,
    newlines: u32,
}

/// The text of a line.
enum Text {
    /// It stands in the document, from and to.
    At(usize, usize),
    /// It does not: what stands behind a NUL is dropped, and the next line follows.
    Glued(Vec<u8>),
}

impl Text {
    fn of<'b>(&'b self, bytes: &'b [u8]) -> &'b [u8] {
        match self {
            Self::At(start, end) => bytes.get(*start..*end).unwrap_or_default(),
            Self::Glued(text) => text,
        }
    }
}

/// Cuts a document into lines.
struct Cutter<'b> {
    bytes: &'b [u8],
    at: usize,
    /// The length of the daemon's buffer, which never shrinks within a file.
    buffer: usize,
    lines: Lines,
}

impl Cutter<'_> {
    fn next(&mut self) -> Option<Cut> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let rest = if self.lines == Lines::Pieces { &rest[..rest.len().min(LONGEST_PIECE)] } else { rest };
        let (length, newline) = match standfast_facts::search::memchr2(b'\n', 0, rest) {
            Some(at) if rest[at] == b'\n' => (at, 1),
            None => (rest.len(), 0),
            Some(_) if self.lines == Lines::Whole => return Some(self.glued()),
            Some(nul) => return Some(self.cut_at(rest, nul)),
        };
        let start = self.at;
        self.at += length + newline;
        self.buffer = self.buffer.max((length + newline + 1).div_ceil(BUFFER_STEP) * BUFFER_STEP);
        let newlines = u32::from(newline == 1);
        Some(Cut { end: self.at, text: Text::At(start, start + length), newlines })
    }

    /// Up to 5.7.1: a NUL ends the text of its piece.
    fn cut_at(&mut self, rest: &[u8], nul: usize) -> Cut {
        let newline = standfast_facts::search::memchr(b'\n', rest);
        let start = self.at;
        self.at += newline.map_or(rest.len(), |at| at + 1);
        Cut { end: self.at, text: Text::At(start, start + nul), newlines: u32::from(newline.is_some()) }
    }

    /// From 5.7.2 on: of what is read at a time, what stands behind a NUL is dropped; with it goes the line end, so
    /// that the next line is glued on.
    fn glued(&mut self) -> Cut {
        let mut text = Vec::new();
        let mut newlines = 0;
        loop {
            if self.buffer <= text.len() + 1 {
                self.buffer += BUFFER_STEP;
            }
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let room = &rest[..rest.len().min(self.buffer - text.len() - 1)];
            let read = standfast_facts::search::memchr(b'\n', room).map_or(room, |newline| &room[..=newline]);
            if read.is_empty() {
                break;
            }
            self.at += read.len();
            newlines += u32::from(read.ends_with(b"\n"));
            text.extend_from_slice(&read[..standfast_facts::search::memchr(0, read).unwrap_or(read.len())]);
            if text.last() == Some(&b'\n') {
                text.pop();
                break;
            }
        }
        Cut { end: self.at, text: Text::Glued(text), newlines }
    }
}
