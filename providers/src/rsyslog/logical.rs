//! Pass 1: from the lines of a file to the text that the grammar reads, with the way back to the file.
//!
//! Source: `readConfFile` in grammar/rainerscript.c. This pass knows no comments: `# old rule \` takes the next
//! line along. It works on C strings and on pieces of 10,239 bytes.

use std::ops::Range;

use super::dialect::Dialect;

/// The longest piece of a line that is read at a time.
const PIECE: usize = 10_239;

/// What rsyslogd reads of a file.
#[derive(Clone, Debug, Default)]
pub struct Logical {
    /// The text: trailing blanks are gone, continued lines are joined, each ends with `\n`.
    pub text: Vec<u8>,
    pieces: Vec<Piece>,
    /// The numbers of the lines that a comment ended with `\` took along.
    joined: Vec<u32>,
}

/// One stretch of the text that stands so in the file.
#[derive(Clone, Copy, Debug)]
struct Piece {
    text: u32,
    raw: u32,
    length: u32,
    line: u32,
}

impl Logical {
    /// Reads the bytes of a file as the newest rsyslogd does.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::by(bytes, Dialect::NEWEST)
    }

    /// Reads the bytes of a file.
    #[must_use]
    pub fn by(bytes: &[u8], dialect: Dialect) -> Self {
        let mut logical = Self { text: Vec::with_capacity(bytes.len() + 1), ..Self::default() };
        let (mut start, mut line, mut continued, mut number_is_due) = (0, 1_u32, false, false);
        while start < bytes.len() {
            let window = &bytes[start..bytes.len().min(start + PIECE)];
            let length =
                standfast_facts::search::memchr(b'\n', window).map_or(window.len(), |newline| newline + 1);
            let raw = &window[..length];
            if dialect.comments_first && says_nothing(raw) {
                if !continued {
                    logical.push(start, line, 0, b"\n");
                }
                line += u32::from(raw.ends_with(b"\n"));
                start += length;
                continue;
            }
            if number_is_due && !dialect.comments_first {
                // rsyslogd tells its own lexer the line number so; inside an object it is an error.
                logical.push(start, line, 0, format!("PreprocFileLineNumber({line})\n").as_bytes());
                number_is_due = false;
            }
            let content = content(raw, continued);
            let joins = raw.get(content.end) == Some(&b'\\');
            if joins || !content.is_empty() || !is_empty(raw) {
                if joins && !continued && is_comment(&raw[content.clone()]) {
                    logical.joined.push(line);
                }
                number_is_due = continued && !joins;
                continued = joins;
            }
            let text = &raw[content.clone()];
            logical.push(start + content.start, line, text.len(), text);
            if !continued {
                logical.push(start + content.end, line, 0, b"\n");
            }
            line += u32::from(raw.ends_with(b"\n"));
            start += length;
        }
        logical
    }

    /// The text of an `include(text=…)`: the grammar reads it as it is.
    #[must_use]
    pub fn verbatim(text: Vec<u8>) -> Self {
        let length = clamp(text.len());
        Self { text, pieces: vec![Piece { text: 0, raw: 0, length, line: 1 }], joined: Vec::new() }
    }

    /// The comment lines that end with `\`, so that the line behind them is no line of its own.
    #[must_use]
    pub fn swallowing_comments(&self) -> &[u32] {
        &self.joined
    }

    fn push(&mut self, raw: usize, line: u32, length: usize, text: &[u8]) {
        let piece = Piece { text: clamp(self.text.len()), raw: clamp(raw), length: clamp(length), line };
        // A line end behind its own line needs no piece: it is found from the line's.
        let follows = self.pieces.last().is_some_and(|last| {
            last.line == line && last.raw + last.length == piece.raw && last.text + last.length == piece.text
        });
        if !text.is_empty() && (!follows || length > 0) {
            self.pieces.push(piece);
        }
        self.text.extend_from_slice(text);
    }

    fn piece(&self, at: usize) -> Piece {
        let index = self.pieces.partition_point(|piece| piece.text as usize <= at);
        let first = Piece { text: 0, raw: 0, length: 0, line: 1 };
        index.checked_sub(1).and_then(|index| self.pieces.get(index)).copied().unwrap_or(first)
    }

    /// Where a byte of the text stands in the file.
    #[must_use]
    pub fn raw(&self, at: usize) -> usize {
        let piece = self.piece(at);
        piece.raw as usize + (at.saturating_sub(piece.text as usize)).min(piece.length as usize)
    }

    /// Where a stretch of the text stands in the file.
    #[must_use]
    pub fn raw_range(&self, range: Range<usize>) -> Range<usize> {
        let start = self.raw(range.start);
        let Some(last) = range.end.checked_sub(1).filter(|last| *last >= range.start) else {
            return start..start;
        };
        let piece = self.piece(last);
        let length = (last + 1).saturating_sub(piece.text as usize).min(piece.length as usize);
        start..(piece.raw as usize + length).max(start)
    }

    /// The line of the file that a byte of the text stands on, counted from 1.
    #[must_use]
    pub fn line(&self, at: usize) -> u32 {
        self.piece(at).line
    }
}

/// What is left of one piece: up to a NUL, without the blanks at its end, without the `\` that continues it, and
/// without the blanks at its start when it continues another.
fn content(raw: &[u8], continues: bool) -> Range<usize> {
    let text = &raw[..standfast_facts::search::memchr(0, raw).unwrap_or(raw.len())];
    let start = if continues { text.iter().take_while(|byte| is_space(**byte)).count() } else { 0 };
    let trailing = text[start..].iter().rev().take_while(|byte| is_space(**byte)).count();
    let end = text.len() - trailing;
    if end > start && text[end - 1] == b'\\' { start..end - 1 } else { start..end.max(start) }
}

/// Whether rsyslogd sees no character at all, not even a blank; such a piece ends no continuation.
fn is_empty(raw: &[u8]) -> bool {
    raw.first().is_none_or(|byte| *byte == 0)
}

fn says_nothing(raw: &[u8]) -> bool {
    is_comment(raw) || raw.iter().all(|byte| is_space(*byte))
}

fn is_comment(text: &[u8]) -> bool {
    text.iter().find(|byte| !is_space(**byte)) == Some(&b'#')
}

/// isspace(3) in the C locale.
#[must_use]
pub fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

/// Offsets are of files of at most 64 MiB.
fn clamp(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::Logical;

    fn text(file: &str) -> String {
        String::from_utf8(Logical::of(file.as_bytes()).text).unwrap()
    }

    #[test]
    fn a_continued_line_is_joined_before_anybody_looks_for_comments() {
        assert_eq!(text("# old \\\n  *.* @@h\nx"), "# old *.* @@h\nPreprocFileLineNumber(3)\nx\n");
        let logical = Logical::of(b"# old \\\n*.* @@h\n# kept\n");
        assert_eq!(logical.swallowing_comments(), [1]);
    }

    #[test]
    fn blanks_at_the_end_go_and_a_carriage_return_is_one() {
        assert_eq!(text("*.* @h \t\r\n\r\n"), "*.* @h\n\n");
    }

    #[test]
    fn a_nul_ends_its_line_only() {
        assert_eq!(text("*.* @a\0 b\n*.* @c\n"), "*.* @a\n*.* @c\n");
    }

    #[test]
    fn an_overlong_line_becomes_two() {
        let file = format!("{}*.* @h\n", "#".repeat(10_239));
        assert_eq!(text(&file), format!("{}\n*.* @h\n", "#".repeat(10_239)));
    }

    #[test]
    fn each_byte_of_the_text_is_found_in_the_file() {
        let file = b"*.* \\\n   @@host\n\n  mail.*  /var/log/mail  \n";
        let logical = Logical::of(file);
        for word in ["@@host", "mail.*", "/var/log/mail"] {
            let at = standfast_facts::search::find(&logical.text, word.as_bytes()).unwrap();
            let raw = logical.raw_range(at..at + word.len());
            assert_eq!(&file[raw], word.as_bytes());
        }
        let at = logical.text.windows(2).position(|pair| pair == b"@@").unwrap();
        assert_eq!((logical.line(at), logical.raw_range(at..at + 6)), (2, 9..15));
    }
}
