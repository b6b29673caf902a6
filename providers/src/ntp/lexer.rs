//! From the bytes of one line to the tokens of the bison parsers: ntpd since 4.2.6, and NTPsec.
//!
//! Source: `yylex` in ntp_scanner.c. A line stands alone: its end ends every state of the scanner.

use std::borrow::Cow;
use std::ops::Range;

use super::keywords::{Follow, Keyword, keyword};
use super::version::{Family, Rules};

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'b> {
    /// Where it stands in the line.
    pub(super) at: Range<usize>,
    pub(super) kind: Kind<'b>,
}

/// What a token is to the parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind<'b> {
    /// A word that the program knows.
    Keyword(Keyword),
    /// `-4`
    Ipv4,
    /// `-6`
    Ipv6,
    /// A number; it is no address and no name.
    Number,
    /// Anything else, and all that is quoted.
    Text(Cow<'b, [u8]>),
    /// One of `{}(),;|=`, which are tokens of their own.
    Special,
    /// A NUL, which the scanner takes for the end of all input.
    EndOfInput,
}

/// The tokens of a line, without its line end.
pub(super) struct Tokens<'b> {
    line: &'b [u8],
    rules: &'b Rules,
    at: usize,
    follow: Follow,
}

/// The longest word that the scanner has room for, in bytes. At one more ntpd 4.2.8p15 and NTPsec 1.2.2 end.
const LONGEST_WORD: usize = 1024;

/// A word of a line, without its line end, that is longer than the scanner has room for.
pub(super) fn too_long(line: &[u8], rules: &Rules) -> Option<Range<usize>> {
    if line.len() <= LONGEST_WORD {
        return None;
    }
    let mut tokens = Tokens::of(line, rules);
    loop {
        let before = tokens.at;
        let length = tokens.lexeme()?.1.len();
        if length > LONGEST_WORD {
            return Some(tokens.at.saturating_sub(length)..tokens.at);
        }
        // Again, for what follows it depends on the word.
        tokens.at = before;
        if tokens.next()?.kind == Kind::EndOfInput {
            return None;
        }
    }
}

const SPECIAL: &[u8] = b"{}(),;|=";

/// What isspace(3) says in the C locale; the line end is none here.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)
}

impl<'b> Tokens<'b> {
    pub(super) fn of(line: &'b [u8], rules: &'b Rules) -> Self {
        Self { line, rules, at: 0, follow: Follow::Word }
    }

    /// Whether the scanner skips a byte as if it were not there: what is not ASCII, since 4.2.7.
    fn is_skipped(&self, byte: u8) -> bool {
        !byte.is_ascii() && (self.rules.family == Family::Ntpsec || self.rules.is_classic_since([4, 2, 7, 0]))
    }

    /// Whether hexadecimal numbers are numbers: since 4.2.7; before, they are addresses.
    fn takes_hex(&self) -> bool {
        self.rules.family == Family::Ntpsec || self.rules.is_classic_since([4, 2, 7, 0])
    }

    fn is_special(&self, byte: u8) -> bool {
        self.follow == Follow::Word && (SPECIAL.contains(&byte) || byte == 0)
    }

    /// Reads up to the end of a piece that has no blank in it; the pieces of a quoted one are kept without the quotes.
    fn lexeme(&mut self) -> Option<(Range<usize>, Cow<'b, [u8]>, Quoted)> {
        let mut quoted = Quoted::No;
        loop {
            while self.line.get(self.at).is_some_and(|byte| is_space(*byte) || self.is_skipped(*byte)) {
                self.at += 1;
            }
            let start = self.at;
            if self.at == self.line.len() || self.is_special(self.line[self.at]) {
                return (self.at < self.line.len()).then(|| (start..start, Cow::default(), quoted));
            }
            let mut end = self.at;
            while let Some(byte) = self.line.get(end) {
                if is_space(*byte) || matches!(byte, b'"' | b'#') || self.is_special(*byte) {
                    break;
                }
                end += 1;
            }
            let mut text = Cow::Borrowed(&self.line[start..end]);
            self.at = end;
            match self.line.get(end) {
                Some(b'#') => self.at = self.line.len(),
                Some(b'"') => {
                    quoted = Quoted::Yes;
                    let rest = &self.line[end + 1..];
                    let length = standfast_facts::search::memchr(b'"', rest).unwrap_or(rest.len());
                    text.to_mut().extend_from_slice(&rest[..length]);
                    self.at = (end + 1 + length + 1).min(self.line.len());
                }
                _ => {}
            }
            if text.iter().any(|byte| self.is_skipped(*byte)) {
                let kept = text.iter().copied().filter(|byte| !self.is_skipped(*byte)).collect();
                text = Cow::Owned(kept);
            }
            if !text.is_empty() {
                return Some((start..self.at, text, quoted));
            }
        }
    }

    fn kind(&mut self, text: Cow<'b, [u8]>, quoted: Quoted) -> Kind<'b> {
        if self.follow == Follow::Word && quoted == Quoted::No {
            if let Some(keyword) = keyword(&text, self.rules) {
                self.follow = keyword.follow;
                return match keyword.word {
                    "-4" => Kind::Ipv4,
                    "-6" => Kind::Ipv6,
                    _ => Kind::Keyword(keyword),
                };
            }
            return if is_number(&text, self.takes_hex()) { Kind::Number } else { Kind::Text(text) };
        }
        match text.get(..2) {
            Some(b"-4") => return Kind::Ipv4,
            Some(b"-6") => return Kind::Ipv6,
            _ => {}
        }
        if self.follow == Follow::Text {
            self.follow = Follow::Word;
        }
        // The parser works on C strings.
        match standfast_facts::search::memchr(0, &text) {
            Some(end) => Kind::Text(Cow::Owned(text[..end].to_vec())),
            None => Kind::Text(text),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoted {
    No,
    Yes,
}

impl<'b> Iterator for Tokens<'b> {
    type Item = Token<'b>;

    fn next(&mut self) -> Option<Token<'b>> {
        let (at, text, quoted) = self.lexeme()?;
        if !text.is_empty() {
            return Some(Token { at, kind: self.kind(text, quoted) });
        }
        let byte = self.line[self.at];
        let start = self.at;
        if byte == 0 {
            self.at = self.line.len();
            return Some(Token { at: start..start + 1, kind: Kind::EndOfInput });
        }
        self.at += 1;
        if byte == b'=' {
            self.follow = Follow::Text;
        }
        Some(Token { at: start..start + 1, kind: Kind::Special })
    }
}

/// Whether the scanner takes a piece for an integer or a floating point number.
fn is_number(text: &[u8], takes_hex: bool) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    if let Some(hex) = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")) {
        return takes_hex && hex.iter().all(u8::is_ascii_hexdigit);
    }
    let whole = digits(unsigned);
    let mut rest = &unsigned[whole..];
    let mut fraction = 0;
    if let Some(after) = rest.strip_prefix(b".") {
        fraction = digits(after);
        rest = &after[fraction..];
    }
    if whole + fraction == 0 {
        return text == b"-";
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        let exponent =
            exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
        rest = &exponent[digits(exponent)..];
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Tokens, is_number};
    use crate::ntp::version::{Rules, Version};

    fn told(rules: &Rules, line: &[u8]) -> Vec<String> {
        let tell = |kind: Kind<'_>| match kind {
            Kind::Keyword(keyword) => format!("<{}>", keyword.word),
            Kind::Ipv4 => "<-4>".into(),
            Kind::Ipv6 => "<-6>".into(),
            Kind::Number => "number".into(),
            Kind::Text(text) => String::from_utf8_lossy(&text).into_owned(),
            Kind::Special => "special".into(),
            Kind::EndOfInput => "end".into(),
        };
        Tokens::of(line, rules).map(|token| tell(token.kind)).collect()
    }

    const fn old() -> Version {
        Version([4, 2, 6, 5])
    }

    #[test]
    fn a_comment_begins_anywhere_even_glued_to_a_word() {
        let rules = Rules::classic(old());
        assert_eq!(told(&rules, b"restrict default noquery#c"), ["<restrict>", "<default>", "<noquery>"]);
        assert_eq!(told(&rules, b"  # all"), [""; 0]);
        assert_eq!(told(&rules, b"! x"), ["!", "x"]);
    }

    #[test]
    fn commas_and_semicolons_are_tokens_of_their_own() {
        let rules = Rules::classic(old());
        assert_eq!(
            told(&rules, b"restrict default noquery,nomodify;"),
            ["<restrict>", "<default>", "<noquery>", "special", "<nomodify>", "special"]
        );
    }

    #[test]
    fn what_is_quoted_is_never_a_word_of_the_program() {
        let rules = Rules::classic(old());
        assert_eq!(
            told(&rules, b"restrict default \"noquery\" kod"),
            ["<restrict>", "<default>", "noquery", "<kod>"]
        );
        assert_eq!(told(&rules, b"includefile \"/etc/a b # c"), ["<includefile>", "/etc/a b # c"]);
    }

    #[test]
    fn after_a_word_that_wants_text_everything_is_text_but_minus_4_and_minus_6() {
        let rules = Rules::classic(old());
        assert_eq!(told(&rules, b"server default iburst"), ["<server>", "default", "<iburst>"]);
        assert_eq!(told(&rules, b"server -6 default iburst"), ["<server>", "<-6>", "default", "<iburst>"]);
        assert_eq!(told(&rules, b"logconfig =all +sync"), ["<logconfig>", "=all", "+sync"]);
    }

    #[test]
    fn numbers_are_no_addresses() {
        for number in ["10", "10.9", "-1", "1e3", "0x7f", "5.", ".5", "-"] {
            assert!(is_number(number.as_bytes(), true), "{number}");
        }
        for text in ["10.9.0.0", "1.2.3", "a", "10/8", "e3", ".", "::1"] {
            assert!(!is_number(text.as_bytes(), true), "{text}");
        }
        assert!(!is_number(b"0x7f", false));
    }

    #[test]
    fn bytes_that_are_not_ascii_are_skipped_since_4_2_7_and_in_ntpsec() {
        let line = b"\xef\xbb\xbfrestrict default no\xc3\xa9query";
        let new = Rules::classic(Version([4, 2, 8, 15]));
        assert_eq!(told(&new, line), ["<restrict>", "<default>", "<noquery>"]);
        assert_eq!(told(&Rules::classic(old()), line)[0], "\u{feff}restrict");
    }

    #[test]
    fn a_nul_ends_all_input() {
        let rules = Rules::ntpsec(Version([1, 2, 2, 0]));
        assert_eq!(told(&rules, b"restrict default\0 noquery"), ["<restrict>", "<default>", "end"]);
    }
}
