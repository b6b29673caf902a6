//! How net-snmp cuts a line into words: quotes, backslashes, `#` where a word would start.
//!
//! Source: `copy_nword` and `skip_white` in net-snmp's snmplib/read_config.c, asked through the oracle.

/// What isspace(3) is true of in the C locale, in which snmpd runs.
#[must_use]
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// What follows the white space; `None` at the end and at a `#`, which is a comment only where a word would start.
#[must_use]
pub fn skip_space(text: &[u8]) -> Option<&[u8]> {
    let start = text.iter().position(|byte| !is_space(*byte))?;
    let text = &text[start..];
    (text[0] != b'#').then_some(text)
}

/// One word of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'t> {
    /// What it says, without quotes and backslashes, cut to what the daemon's buffer holds.
    pub value: Vec<u8>,
    /// How many bytes of the text it takes, with its quotes.
    pub length: usize,
    /// What follows it, from the next word on; `None` where the line or its text ends.
    pub rest: Option<&'t [u8]>,
}

/// Reads one word from a text that begins with it; at most `longest` bytes of it are kept, as in the daemon's buffer.
///
/// A quote counts only where it is the word's first byte. What stands directly behind a closing quote is the next
/// word. A quote without its twin takes the rest of the line. A backslash goes, and the byte behind it stays.
#[must_use]
pub fn word(text: &[u8], longest: usize) -> Word<'_> {
    let quote = text.first().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let ends = |byte: u8| match quote {
        Some(quote) => byte == quote,
        None => is_space(byte),
    };
    // Up to the first backslash it is as it stands there.
    let start = usize::from(quote.is_some());
    let plain = text.iter().skip(start).position(|byte| *byte == b'\\' || ends(*byte));
    let mut at = plain.map_or(text.len(), |plain| start + plain);
    let mut value = text[start..at.min(start.saturating_add(longest))].to_vec();
    while let Some(&byte) = text.get(at) {
        if ends(byte) {
            break;
        }
        let kept = match (byte, text.get(at + 1)) {
            (b'\\', Some(&next)) => {
                at += 1;
                next
            }
            _ => byte,
        };
        if value.len() < longest {
            value.push(kept);
        }
        at += 1;
    }
    let length = at + usize::from(quote.is_some() && at < text.len());
    Word { value, length, rest: skip_space(&text[length..]) }
}

/// The words of a text one after the other, as a directive's parser asks for them.
#[derive(Clone, Copy, Debug)]
pub struct Words<'t> {
    rest: Option<&'t [u8]>,
}

impl<'t> Words<'t> {
    /// The words of a text that begins with one.
    #[must_use]
    pub fn new(text: &'t [u8]) -> Self {
        Self { rest: (!text.is_empty()).then_some(text) }
    }

    /// The next word; empty where there is none, as the daemon's buffer is.
    pub fn next(&mut self, longest: usize) -> Vec<u8> {
        let Some(text) = self.rest else { return Vec::new() };
        let word = word(text, longest);
        self.rest = word.rest;
        word.value
    }

    /// Whether another word follows.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.rest.is_some()
    }

    /// What follows.
    #[must_use]
    pub fn rest(&self) -> Option<&'t [u8]> {
        self.rest
    }

    /// The same words from another place on.
    pub fn go_on_at(&mut self, rest: Option<&'t [u8]>) {
        self.rest = rest;
    }
}

/// The pieces of a text between bytes of `separators`, as strtok(3) cuts them: none is empty.
///
/// These know no quotes, no backslashes and no comments.
#[derive(Clone, Copy, Debug)]
pub struct Pieces<'t> {
    rest: &'t [u8],
}

impl<'t> Pieces<'t> {
    /// The pieces of a text.
    #[must_use]
    pub fn new(text: &'t [u8]) -> Self {
        Self { rest: text }
    }

    /// The next piece.
    pub fn next(&mut self, separators: &[u8]) -> Option<&'t [u8]> {
        let start = self.rest.iter().position(|byte| !separators.contains(byte))?;
        let text = &self.rest[start..];
        let end = text.iter().position(|byte| separators.contains(byte)).unwrap_or(text.len());
        // strtok overwrites the separator that ends the piece.
        self.rest = text.get(end + 1..).unwrap_or_default();
        Some(&text[..end])
    }

    /// All that follows; `None` where nothing does.
    #[must_use]
    pub fn rest(&self) -> Option<&'t [u8]> {
        (!self.rest.is_empty()).then_some(self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::{Pieces, Words, skip_space, word};

    fn words(text: &str) -> Vec<String> {
        let mut words = Words::new(skip_space(text.as_bytes()).unwrap_or_default());
        let mut all = Vec::new();
        while words.has_more() {
            all.push(String::from_utf8(words.next(1023)).unwrap());
        }
        all
    }

    #[test]
    fn a_hash_begins_a_comment_only_where_a_word_would_start() {
        assert_eq!(words("public # x"), ["public"]);
        assert_eq!(words("public#x y"), ["public#x", "y"]);
        assert_eq!(words("\"public\"# x"), ["public"]);
        assert!(words(" # x").is_empty());
    }

    #[test]
    fn quotes_count_only_where_a_word_begins_with_one() {
        assert_eq!(words("pu\"bl\"ic"), ["pu\"bl\"ic"]);
        assert_eq!(words("'the red' \"rose's\""), ["the red", "rose's"]);
    }

    #[test]
    fn a_closing_quote_ends_the_word_even_if_text_follows() {
        assert_eq!(words("\"pub\"127.0.0.2"), ["pub", "127.0.0.2"]);
    }

    #[test]
    fn a_quote_without_its_twin_takes_the_rest_of_the_line() {
        assert_eq!(words("\"publ 127.0.0.1 # c"), ["publ 127.0.0.1 # c"]);
        assert_eq!(words("'"), [""]);
    }

    #[test]
    fn a_backslash_goes_and_what_it_stands_before_stays() {
        assert_eq!(words("pub\\lic a\\ b \"c\\\"d\" e\\"), ["public", "a b", "c\"d", "e\\"]);
    }

    #[test]
    fn a_word_is_cut_to_the_buffer_and_the_next_begins_behind_all_of_it() {
        let cut = word(b"public 127.0.0.1", 3);
        assert_eq!((cut.value.as_slice(), cut.rest), (&b"pub"[..], Some(&b"127.0.0.1"[..])));
    }

    #[test]
    fn pieces_know_no_quotes_and_no_comments() {
        let mut pieces = Pieces::new(b" a \"b c\" # d");
        let mut all = Vec::new();
        while let Some(piece) = pieces.next(b" \t\n") {
            all.push(piece);
        }
        assert_eq!(all, [&b"a"[..], b"\"b", b"c\"", b"#", b"d"]);
    }
}
