//! The lexical rules of limits.conf, per version of pam_limits: from bytes to lines.
//!
//! Source: `parse_config_file` in pam_limits.c; which rules a module has is read from the module itself
//! ([`Capabilities`]). Where folklore and the module disagree, the module decides (`tests/oracle`).

use standfast_facts::pam_module::{Capabilities, Tokenizer};

use super::domain::{Domain, Span};
use super::item::{Item, ItemValue, is_space};
use crate::document::{Chunk, Syntax};

/// What the type word of a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LimitType {
    /// `soft`
    Soft,
    /// `hard`
    Hard,
    /// `-`, both
    Both,
}

impl LimitType {
    /// Reads the type word; case does not matter.
    #[must_use]
    pub fn parse(word: &[u8]) -> Option<Self> {
        match word {
            b"-" => Some(Self::Both),
            _ if word.eq_ignore_ascii_case(b"soft") => Some(Self::Soft),
            _ if word.eq_ignore_ascii_case(b"hard") => Some(Self::Hard),
            _ => None,
        }
    }

    /// The word as limits.conf(5) writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Hard => "hard",
            Self::Both => "-",
        }
    }

    /// Whether it sets the soft limit.
    #[must_use]
    pub fn is_soft(self) -> bool {
        self != Self::Hard
    }

    /// Whether it sets a half that the other sets too.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.is_soft() && other.is_soft() || self.is_hard() && other.is_hard()
    }

    /// Whether it sets the hard limit.
    #[must_use]
    pub fn is_hard(self) -> bool {
        self != Self::Soft
    }
}

/// A line that the module reads as something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The domain as it is written, with its sign.
    pub domain_text: Span,
    /// Whom it is for.
    pub domain: Domain,
    /// What it does to them.
    pub action: Action,
}

/// What a line does to those whom it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sets a limit.
    Limit(Limit),
    /// Ends all limits for them: two words, the second beginning with `-`.
    NoLimits,
    /// Nothing: the module logs it, at most, and goes on.
    Inert(Defect),
}

/// A limit line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Soft, hard or both.
    pub limit_type: LimitType,
    /// What is limited.
    pub item: Item,
    /// The value as the module understands it.
    pub value: ItemValue,
    /// The value as it is written.
    pub value_text: Span,
}

/// Why a line does nothing, whoever logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// Not two and not four words.
    WordCount,
    /// The type word is none of soft, hard and `-`.
    Type(Span),
    /// No item of that name in the installed module.
    Item(Span),
    /// The module cannot read the value.
    Value(Item, Span),
}

/// The syntax of limits.conf under one module.
#[derive(Clone, Copy, Debug)]
pub struct LimitsSyntax<'c> {
    /// What the installed module can do.
    pub module: &'c Capabilities,
}

/// The longest piece that a module up to 1.5.3 reads at a time: its buffer of 1024 bytes less the NUL.
const LEGACY_PIECE: usize = 1023;

impl Syntax for LimitsSyntax<'_> {
    type Entry = Line;

    fn chunks(&self, bytes: &[u8]) -> Vec<Chunk<Line>> {
        let mut chunks = Vec::with_capacity(bytes.len() / 32 + 1);
        let (mut start, mut line) = (0, 1_u32);
        while start < bytes.len() {
            let mut rest = &bytes[start..];
            if self.module.tokenizer == Tokenizer::Chunked1023 {
                // Cut before the search: over a long line it would else look at the whole rest for each piece.
                rest = &rest[..rest.len().min(LEGACY_PIECE)];
            }
            // The module works on C strings: a NUL ends the line, and `#` does anywhere in it.
            let text = standfast_facts::search::memchr3(0, b'#', b'\n', rest).unwrap_or(rest.len());
            let length = match &rest[text..] {
                [b'\n', ..] => text + 1,
                after => {
                    text + standfast_facts::search::memchr(b'\n', after)
                        .map_or(after.len(), |newline| newline + 1)
                }
            };
            let raw = &rest[..length];
            chunks.push(Chunk { end: start + length, line, entry: self.line(&raw[..text], start) });
            line += u32::from(raw.ends_with(b"\n"));
            start += length;
        }
        chunks
    }
}

impl LimitsSyntax<'_> {
    /// Reads the text of one piece that stands at `start` in its document.
    fn line(&self, text: &[u8], start: usize) -> Option<Line> {
        let indent = text.iter().take_while(|byte| is_space(**byte)).count();
        if indent == text.len() {
            return None;
        }
        let words = Words::split(text, indent, start, self.module.tokenizer);
        let [domain_text, second, third, fourth] = words.spans;
        let of = |span: Span| &text[span_in(span, start)];
        let action = match words.count {
            2 if of(second).starts_with(b"-") => Action::NoLimits,
            4 => self.limit(of, second, third, fourth),
            _ => Action::Inert(Defect::WordCount),
        };
        let domain = Domain::parse(of(domain_text), span_start(domain_text), self.module);
        Some(Line { domain_text, domain, action })
    }

    fn limit<'b>(&self, of: impl Fn(Span) -> &'b [u8], limit_type: Span, item: Span, value: Span) -> Action {
        let Some(known) = Item::parse(of(item), self.module) else {
            return Action::Inert(Defect::Item(item));
        };
        let limit_type = match LimitType::parse(of(limit_type)) {
            Some(limit_type) => limit_type,
            None if known.needs_type() => return Action::Inert(Defect::Type(limit_type)),
            None => LimitType::Both,
        };
        match known.read(of(value), self.module) {
            Some(read) => Action::Limit(Limit { limit_type, item: known, value: read, value_text: value }),
            None => Action::Inert(Defect::Value(known, value)),
        }
    }
}

/// The words of one line.
struct Words {
    spans: [Span; 4],
    count: usize,
}

impl Words {
    fn split(text: &[u8], indent: usize, start: usize, tokenizer: Tokenizer) -> Self {
        let is_blank = |byte: u8| byte == b' ' || byte == b'\t';
        // From 1.6.0 on the value is the rest of the line; 1.6.0 itself did not trim it.
        match tokenizer {
            Tokenizer::Chunked1023 => Self::split_at(text, indent, start, is_space, word_length),
            Tokenizer::RestOfLineUntrimmed => {
                Self::split_at(text, indent, start, is_blank, |rest, _| rest.len())
            }
            Tokenizer::RestOfLine => Self::split_at(text, indent, start, is_blank, |rest, is_blank| {
                rest.len() - rest.iter().rev().take_while(|byte| is_blank(**byte)).count()
            }),
        }
    }

    /// Splits at these bytes, with this length of the fourth word. Apart for each module, since it is asked of each byte.
    fn split_at<F: Fn(u8) -> bool>(
        text: &[u8],
        indent: usize,
        start: usize,
        is_separator: F,
        value_length: impl Fn(&[u8], &F) -> usize,
    ) -> Self {
        let mut words = Self { spans: [Span::new(0..0); 4], count: 0 };
        let mut at = indent;
        while words.count < 4 {
            at += text[at..].iter().take_while(|byte| is_separator(**byte)).count();
            if at == text.len() {
                break;
            }
            let rest = &text[at..];
            let length = if words.count == 3 {
                value_length(rest, &is_separator)
            } else {
                word_length(rest, &is_separator)
            };
            words.spans[words.count] = Span::new(start + at..start + at + length);
            words.count += 1;
            at += length;
        }
        words
    }
}

fn word_length(text: &[u8], is_separator: &impl Fn(u8) -> bool) -> usize {
    text.iter().position(|byte| is_separator(*byte)).unwrap_or(text.len())
}

fn span_start(span: Span) -> usize {
    span.range().start
}

fn span_in(span: Span, start: usize) -> std::ops::Range<usize> {
    let range = span.range();
    range.start - start..range.end - start
}
