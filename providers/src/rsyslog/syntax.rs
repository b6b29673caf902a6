//! A file of rsyslog's configuration as a [`Document`](crate::document::Document): whole lines, and lines that only
//! mean something together.

use super::dialect::Dialect;
use super::lexer;
use super::logical::Logical;
use super::token::{State, TokenKind};
use crate::document::{Chunk, Syntax};

/// What a chunk is, by its first token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A line that begins with `$`.
    Directive,
    /// `action(…)`, `input(…)` and so on.
    Object,
    /// A filter with what stands on its lines.
    Filter,
    /// An action of the older language, or `stop`, `call` and their kin.
    Statement,
    /// A brace.
    Brace,
    /// What rsyslogd cannot read.
    Unknown,
}

/// The syntax of both languages.
#[derive(Clone, Copy, Debug, Default)]
pub struct RsyslogSyntax;

impl Syntax for RsyslogSyntax {
    type Entry = Piece;

    fn chunks(&self, bytes: &[u8]) -> Vec<Chunk<Piece>> {
        let logical = Logical::of(bytes);
        let mut cuts = Cuts { bytes, chunks: Vec::new(), open_from: 0, held: false, line: 1, entry: None };
        let (mut at, mut state) = (0, State::Initial);
        while let Some(token) = lexer::next(&logical.text, &mut at, &mut state, Dialect::NEWEST) {
            let text = token.of(&logical.text);
            let blanks = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let start = token.start as usize + blanks.min(text.len().saturating_sub(1));
            let range = logical.raw_range(start..token.end as usize);
            let is_comment = token.kind == TokenKind::Comment;
            let joins = joins_next(token.kind) || is_comment && cuts.held;
            cuts.lines_up_to(range.start);
            if cuts.entry.is_none() {
                cuts.entry = piece(token.kind);
            }
            // What is between this token and the next belongs to it as long as the lexer is in the middle of it.
            cuts.open_from = cuts.open_from.max(range.end);
            cuts.held = state != State::Initial || joins;
        }
        cuts.finish()
    }
}

fn piece(kind: TokenKind) -> Option<Piece> {
    Some(match kind {
        TokenKind::Comment => return None,
        TokenKind::Directive | TokenKind::LegacyRuleset | TokenKind::IncludeWord => Piece::Directive,
        TokenKind::Begin(_) => Piece::Object,
        TokenKind::If | TokenKind::Foreach | TokenKind::Selector | TokenKind::PropertyFilter => Piece::Filter,
        TokenKind::Open | TokenKind::Close => Piece::Brace,
        TokenKind::LegacyAction
        | TokenKind::Also
        | TokenKind::Else
        | TokenKind::Stop
        | TokenKind::Call
        | TokenKind::CallIndirect
        | TokenKind::Set
        | TokenKind::Reset
        | TokenKind::Unset
        | TokenKind::Continue
        | TokenKind::ReloadLookupTable => Piece::Statement,
        _ => Piece::Unknown,
    })
}

/// Whether a token means nothing without the next: a filter without its block, an `&` without its action.
fn joins_next(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Selector | TokenKind::PropertyFilter | TokenKind::Then | TokenKind::Also | TokenKind::Else
    )
}

/// Cuts a file at the ends of lines.
struct Cuts<'b> {
    bytes: &'b [u8],
    chunks: Vec<Chunk<Piece>>,
    /// Everything before this belongs to the chunk that is open.
    open_from: usize,
    /// Whether what follows belongs to it too.
    held: bool,
    line: u32,
    entry: Option<Piece>,
}

impl Cuts<'_> {
    fn start(&self) -> usize {
        self.chunks.last().map_or(0, |chunk| chunk.end)
    }

    /// Ends chunks at line ends before `at`, as far as nothing holds them together.
    fn lines_up_to(&mut self, at: usize) {
        let mut from = self.open_from.max(self.start());
        while !self.held
            && from < at
            && let Some(newline) = standfast_facts::search::memchr(b'\n', &self.bytes[from..at])
        {
            let line = &self.bytes[..from + newline];
            from += newline + 1;
            if !line.trim_ascii_end().ends_with(b"\\") {
                self.cut(from);
            }
        }
    }

    fn cut(&mut self, end: usize) {
        let start = self.start();
        let raw = self.bytes.get(start..end).unwrap_or_default();
        self.chunks.push(Chunk { end, line: self.line, entry: self.entry.take() });
        let lines = standfast_facts::search::memchr_iter(b'\n', raw).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    }

    fn finish(mut self) -> Vec<Chunk<Piece>> {
        self.lines_up_to(self.bytes.len());
        if self.start() < self.bytes.len() {
            self.cut(self.bytes.len());
        }
        self.chunks
    }
}
