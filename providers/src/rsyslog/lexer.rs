//! Pass 2: the longest match of any rule, of two that are as long the one that stands first in lexer.l.
//!
//! Source: grammar/lexer.l, an input for flex, case-insensitive. `^` means behind a line end, `$` before one.

use super::dialect::Dialect;
use super::token::{Comparison, Inside, ObjectKind, State, Token, TokenKind};

/// What one rule has matched.
#[derive(Clone, Copy)]
struct Match {
    kind: TokenKind,
    /// What the rules are compared by; counts the line end that a `$` asks for.
    reach: usize,
    /// What becomes the token.
    length: usize,
}

/// The next token that is not blank; `None` at the end. `state` is left as the rules say.
#[must_use]
pub fn next(text: &[u8], at: &mut usize, state: &mut State, dialect: Dialect) -> Option<Token> {
    while *at < text.len() {
        let start = *at;
        let (kind, length) = match *state {
            State::Initial => initial(text, start, state, dialect),
            State::Object => object(text, start, state, dialect),
            State::Expression => expression(text, start, state, dialect),
            State::Call => call(text, start, state),
            State::Procedure => procedure(text, start, state),
            State::Include => include(text, start, state),
            State::LineNumber => line_number(text, start, state),
            State::Comment(inside) => comment(text, start, inside, state),
        };
        *at = start + length.max(1);
        if let Some(kind) = kind {
            let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            return Some(Token { kind, start: place(start), end: place(*at) });
        }
    }
    None
}

type Lexed = (Option<TokenKind>, usize);

fn initial(text: &[u8], at: usize, state: &mut State, dialect: Dialect) -> Lexed {
    let rest = &text[at..];
    let begins_line = at == 0 || text[at - 1] == b'\n';
    let mut best = Match { kind: TokenKind::Invalid, reach: 0, length: 0 };
    let mut offer = |kind, reach: usize, length: usize| {
        if reach > best.reach {
            best = Match { kind, reach, length };
        }
    };
    // In the order of lexer.l, for of two matches of a length the first counts.
    if let Some((kind, length)) = word(rest, dialect) {
        offer(kind, length, length);
    }
    match rest[0] {
        b'&' => offer(TokenKind::Also, 1, 1),
        b'{' => offer(TokenKind::Open, 1, 1),
        b'}' => offer(TokenKind::Close, 1, 1),
        _ => {}
    }
    if begins_line {
        if let Some(length) = property_filter(rest) {
            offer(TokenKind::PropertyFilter, length, length);
        }
        if let Some(length) = selector(rest) {
            offer(TokenKind::Selector, length, length);
        }
    }
    if let Some(length) = legacy_action(rest) {
        offer(TokenKind::LegacyAction, length, length);
    }
    if rest.starts_with(b"/*") {
        offer(TokenKind::Comment, 2, 2);
    }
    if let Some((kind, reach, length)) = directive(rest) {
        offer(kind, reach, length);
    }
    if let Some((kind, length)) = bsd(rest, begins_line) {
        offer(kind, length + 1, length);
    }
    if rest[0] == b'#'
        && let Some(newline) = standfast_facts::search::memchr(b'\n', rest)
    {
        offer(TokenKind::Comment, newline + 1, newline + 1);
    }
    if best.reach <= 1 && matches!(rest[0], b' ' | b'\t' | b'\n') {
        return (None, 1);
    }
    enter(best, rest, state)
}

/// What follows a token of the state between statements.
fn enter(found: Match, rest: &[u8], state: &mut State) -> Lexed {
    match found.kind {
        TokenKind::If | TokenKind::Foreach => *state = State::Expression,
        TokenKind::CallIndirect | TokenKind::Set | TokenKind::Reset | TokenKind::Unset => {
            *state = State::Expression;
        }
        TokenKind::Call => *state = State::Call,
        TokenKind::ReloadLookupTable => *state = State::Procedure,
        TokenKind::Begin(_) => *state = State::Object,
        TokenKind::IncludeWord => *state = State::Include,
        TokenKind::Comment if rest.starts_with(b"/*") => *state = State::Comment(Inside::Initial),
        TokenKind::Comment if rest[0] != b'#' => *state = State::LineNumber,
        _ => {}
    }
    (Some(found.kind), found.length)
}

/// Keywords, the names of objects with their `(`, and the line number of pass 1.
fn word(rest: &[u8], dialect: Dialect) -> Option<(TokenKind, usize)> {
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'_').count();
    let word = rest.get(..length).filter(|word| !word.is_empty() && word.len() < 24)?;
    let blanks = rest[length..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).count();
    if rest.get(length + blanks) == Some(&b'(')
        && let Some(kind) = ObjectKind::named(word)
        && (kind != ObjectKind::Include || dialect.includes)
    {
        return Some((TokenKind::Begin(kind), length + blanks + 1));
    }
    if rest.get(length) == Some(&b'(') && word.eq_ignore_ascii_case(b"preprocfilelinenumber") {
        return Some((TokenKind::Comment, length + 1));
    }
    let lower = word.to_ascii_lowercase();
    let kind = match lower.as_slice() {
        b"if" => TokenKind::If,
        b"foreach" => TokenKind::Foreach,
        b"reload_lookup_table" => TokenKind::ReloadLookupTable,
        b"stop" => TokenKind::Stop,
        b"else" => TokenKind::Else,
        b"call" => TokenKind::Call,
        b"call_indirect" => TokenKind::CallIndirect,
        b"set" => TokenKind::Set,
        b"reset" => TokenKind::Reset,
        b"unset" => TokenKind::Unset,
        b"continue" => TokenKind::Continue,
        _ => return None,
    };
    Some((kind, length))
}

/// `^[ \t]*[*a-z]+[0-7]*[.,][,!=;.*a-z0-7]+`
fn selector(rest: &[u8]) -> Option<usize> {
    let mut at = blanks(rest);
    let letters = rest[at..].iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'*').count();
    at += letters;
    at += rest[at..].iter().take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let is_cut = rest.get(at).is_some_and(|byte| matches!(byte, b'.' | b','));
    if letters == 0 || !is_cut {
        return None;
    }
    let is_more = |byte: &&u8| {
        byte.is_ascii_alphabetic() || matches!(byte, b',' | b'!' | b'=' | b';' | b'.' | b'*' | b'0'..=b'7')
    };
    let more = rest[at + 1..].iter().take_while(is_more).count();
    (more > 0).then_some(at + 1 + more)
}

/// `^[ \t]*:\$?[a-z\-]+[ ]*,[ ]*!?[a-z]+[ ]*,[ ]*\"(\\\"|[^\"])*\"`
fn property_filter(rest: &[u8]) -> Option<usize> {
    let mut at = blanks(rest);
    let one = |at: &mut usize, byte: u8| {
        let is_there = rest.get(*at) == Some(&byte);
        *at += usize::from(is_there);
        is_there
    };
    let spaces = |at: &mut usize| *at += rest[*at..].iter().take_while(|byte| **byte == b' ').count();
    if !one(&mut at, b':') {
        return None;
    }
    one(&mut at, b'$');
    let name = rest[at..].iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'-').count();
    at += name;
    spaces(&mut at);
    if name == 0 || !one(&mut at, b',') {
        return None;
    }
    spaces(&mut at);
    one(&mut at, b'!');
    let operation = rest[at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    at += operation;
    spaces(&mut at);
    if operation == 0 || !one(&mut at, b',') {
        return None;
    }
    spaces(&mut at);
    if !one(&mut at, b'"') {
        return None;
    }
    // The longest match ends at the first quote without a backslash; where there is none, at the last one of all.
    let mut last = None;
    for quote in standfast_facts::search::memchr_iter(b'"', &rest[at..]) {
        last = Some(at + quote + 1);
        if quote == 0 || rest[at + quote - 1] != b'\\' {
            break;
        }
    }
    last
}

fn blanks(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The actions of the older language; all but words and signs take the rest of the line.
fn legacy_action(rest: &[u8]) -> Option<usize> {
    let to_line_end = |from: usize| {
        let tail = rest.get(from..)?;
        Some(from + standfast_facts::search::memchr(b'\n', tail).unwrap_or(tail.len()))
    };
    let is_not_star = |at: usize| rest.get(at).is_some_and(|byte| *byte != b'*');
    let first = rest[0];
    let path = match rest {
        [b'-', b'/', ..] if is_not_star(2) => to_line_end(3),
        [b'/', ..] if is_not_star(1) => to_line_end(2),
        [b':', ..] => {
            let name = rest[1..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            (name > 0 && rest.get(1 + name) == Some(&b':')).then(|| to_line_end(2 + name)).flatten()
        }
        _ => None,
    };
    let signed = match first {
        b'|' | b'.' | b'-' | b'@' | b'^' | b'?' | b'~' | b'>' => {
            to_line_end(1).filter(|end| *end > 1).or((first == b'~').then_some(1))
        }
        b'*' => Some(1),
        _ => None,
    };
    let word = (first.is_ascii_alphanumeric() || first == b'_').then(|| {
        let is_more = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-+,;".contains(byte);
        1 + rest[1..].iter().take_while(is_more).count()
    });
    [path, signed, word].into_iter().flatten().max()
}

/// `\$[a-z]+.*$`, and what `$IncludeConfig` and `$RuleSet` are by their first bytes.
fn directive(rest: &[u8]) -> Option<(TokenKind, usize, usize)> {
    if rest[0] != b'$' || !rest.get(1)?.is_ascii_alphabetic() {
        return None;
    }
    let end = standfast_facts::search::memchr(b'\n', rest)?;
    let begins = |word: &[u8]| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    // rsyslogd compares 14 bytes with a word of 15: `$IncludeConfigs x` includes `s` too.
    if end >= 14 && begins(b"$includeconfig") {
        return Some((TokenKind::IncludeWord, end + 1, 14));
    }
    let kind = if begins(b"$ruleset ") { TokenKind::LegacyRuleset } else { TokenKind::Directive };
    Some((kind, end + 1, end))
}

/// BSD blocks: `!prog`, `+host`, `-host`, `+*`, `-*`, to the end of the line.
fn bsd(rest: &[u8], begins_line: bool) -> Option<(TokenKind, usize)> {
    let ends_line = |at: usize| rest.get(at) == Some(&b'\n');
    if rest[0] == b'!' {
        let name = rest[1..].iter().take_while(|byte| !matches!(byte, b' ' | b'\t' | b'\n')).count();
        let end = 1 + name + blanks(&rest[1 + name..]);
        return (name > 0 && ends_line(end)).then_some((TokenKind::BsdTag, end));
    }
    if matches!(rest, [b'+' | b'-', b'*', ..]) {
        let white = rest[2..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).count();
        if rest.get(2 + white) == Some(&b'#') {
            let end = standfast_facts::search::memchr(b'\n', &rest[2 + white..])?;
            return Some((TokenKind::BsdHost, 2 + white + end));
        }
        let last = rest[2..2 + white].iter().rposition(|byte| *byte == b'\n')?;
        return Some((TokenKind::BsdHost, 2 + last));
    }
    let start = blanks(rest);
    if !begins_line || !rest.get(start).is_some_and(|byte| matches!(byte, b'+' | b'-')) {
        return None;
    }
    let is_host = |byte: &&u8| byte.is_ascii_alphanumeric() || b".:-".contains(byte);
    let host = rest[start + 1..].iter().take_while(is_host).count();
    let end = start + 1 + host + blanks(&rest[start + 1 + host..]);
    (host > 0 && ends_line(end)).then_some((TokenKind::BsdHost, end))
}

fn object(text: &[u8], at: usize, state: &mut State, dialect: Dialect) -> Lexed {
    let rest = &text[at..];
    match rest[0] {
        b')' => {
            *state = State::Initial;
            (Some(TokenKind::End), 1)
        }
        sign @ (b',' | b'[' | b']' | b'=') => (Some(TokenKind::Sign(sign)), 1),
        b'"' => quoted(rest, b'"', TokenKind::Text, b"'\"?\\abfnrtv", false),
        b'`' if dialect.includes => quoted(rest, b'`', TokenKind::Backticks, b"'`?\\abfnrtv", false),
        b'/' if rest.starts_with(b"/*") => {
            *state = State::Comment(Inside::Object);
            (Some(TokenKind::Comment), 2)
        }
        b'#' => match standfast_facts::search::memchr(b'\n', rest) {
            Some(newline) => (Some(TokenKind::Comment), newline),
            None => (Some(TokenKind::Invalid), 1),
        },
        b' ' | b'\t' | b'\n' => (None, 1),
        first if first.is_ascii_alphabetic() => {
            let is_more = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
            (Some(TokenKind::Name), rest.iter().take_while(is_more).count())
        }
        _ => (Some(TokenKind::Invalid), 1),
    }
}

/// A quoted text with the escapes that its state knows; one that breaks its rules is no text at all.
///
/// In objects an octal escape has one to three digits, in expressions exactly three, and there is `\x41`.
fn quoted(rest: &[u8], quote: u8, kind: TokenKind, escapes: &[u8], expression: bool) -> Lexed {
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        match byte {
            byte if *byte == quote => return (Some(kind), at + 1),
            b'\\' => match escape(&rest[at + 1..], escapes, expression) {
                Some(length) => at += 1 + length,
                None => break,
            },
            _ => at += 1,
        }
    }
    (Some(TokenKind::Invalid), 1)
}

fn escape(rest: &[u8], escapes: &[u8], expression: bool) -> Option<usize> {
    let first = rest.first()?;
    let octal = rest.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    match (octal, expression) {
        (3, true) => return Some(3),
        (1.., false) => return Some(octal),
        _ => {}
    }
    if expression && matches!(first, b'x' | b'X') {
        return rest.get(1..3)?.iter().all(u8::is_ascii_hexdigit).then_some(3);
    }
    escapes.iter().any(|known| known.eq_ignore_ascii_case(first)).then_some(1)
}

fn expression(text: &[u8], at: usize, state: &mut State, dialect: Dialect) -> Lexed {
    let rest = &text[at..];
    let compare = |comparison, length| (Some(TokenKind::Compare(comparison)), length);
    const ESCAPES: &[u8] = b"'\"\\$bntr";
    match rest {
        [b'/', b'*', ..] => {
            *state = State::Comment(Inside::Expression);
            (Some(TokenKind::Comment), 2)
        }
        [b';', ..] => {
            *state = State::Initial;
            (Some(TokenKind::Sign(b';')), 1)
        }
        [b'=', b'=', ..] => compare(Comparison::Equal, 2),
        [b'<', b'=', ..] => compare(Comparison::LessOrEqual, 2),
        [b'>', b'=', ..] => compare(Comparison::GreaterOrEqual, 2),
        [b'!', b'=', ..] | [b'<', b'>', ..] => compare(Comparison::NotEqual, 2),
        [b'<', ..] => compare(Comparison::Less, 1),
        [b'>', ..] => compare(Comparison::Greater, 1),
        [b'$', ..] => (Some(TokenKind::Variable), variable(rest)),
        [b'\'', ..] => quoted(rest, b'\'', TokenKind::SingleQuoted, ESCAPES, true),
        [b'`', ..] if dialect.includes => quoted(rest, b'`', TokenKind::Backticks, b"'`\"\\bntr", true),
        // A `$` that is not escaped is an error, and the text is dropped.
        [b'"', ..] => match quoted(rest, b'"', TokenKind::Text, ESCAPES, true) {
            (Some(TokenKind::Text), length) if has_bare_dollar(&rest[..length]) => {
                (Some(TokenKind::Invalid), length)
            }
            lexed => lexed,
        },
        [b' ' | b'\t' | b'\n', ..] => (None, 1),
        [digit, ..] if digit.is_ascii_digit() => (Some(TokenKind::Number), number(rest)),
        [letter, ..] if letter.is_ascii_alphabetic() => expression_word(rest, state, dialect),
        [sign, ..] if b"(=,*/%+&-[])".contains(sign) => (Some(TokenKind::Sign(*sign)), 1),
        _ => (Some(TokenKind::Invalid), 1),
    }
}

fn has_bare_dollar(text: &[u8]) -> bool {
    let mut escaped = false;
    text.iter().any(|byte| {
        let bare = *byte == b'$' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        bare
    })
}

/// `\$[$!./]?[@a-z_]*[!@a-z0-9\-_.\[\]]*`
fn variable(rest: &[u8]) -> usize {
    let mut at = 1 + usize::from(rest.get(1).is_some_and(|byte| b"$!./".contains(byte)));
    at += rest[at..].iter().take_while(|byte| byte.is_ascii_alphabetic() || b"@_".contains(byte)).count();
    at + rest[at..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"!@-_.[]".contains(byte))
        .count()
}

/// Octal with a leading 0, hexadecimal, decimal.
fn number(rest: &[u8]) -> usize {
    let count = |from: usize, is: fn(&&u8) -> bool| rest[from..].iter().take_while(is).count();
    match rest {
        [b'0', b'x' | b'X', next, ..] if next.is_ascii_hexdigit() => {
            2 + count(2, |byte| byte.is_ascii_hexdigit())
        }
        [b'0', ..] => 1 + count(1, |byte| matches!(byte, b'0'..=b'7')),
        _ => count(0, |byte| byte.is_ascii_digit()),
    }
}

fn expression_word(rest: &[u8], state: &mut State, dialect: Dialect) -> Lexed {
    let is_more = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let length = rest.iter().take_while(is_more).count();
    let lower = rest[..length].to_ascii_lowercase();
    let kind = match lower.as_slice() {
        b"then" => TokenKind::Then,
        b"do" => TokenKind::Do,
        b"or" => TokenKind::Or,
        b"and" => TokenKind::And,
        b"not" => TokenKind::Not,
        b"in" => TokenKind::In,
        b"exists" => TokenKind::Exists,
        b"contains" => TokenKind::Compare(Comparison::Contains),
        b"contains_i" => TokenKind::Compare(Comparison::ContainsAnyCase),
        b"startswith" => TokenKind::Compare(Comparison::StartsWith),
        b"startswith_i" => TokenKind::Compare(Comparison::StartsWithAnyCase),
        b"endswith" if dialect.ends_with => TokenKind::Compare(Comparison::EndsWith),
        _ => TokenKind::Function,
    };
    if matches!(kind, TokenKind::Then | TokenKind::Do) {
        *state = State::Initial;
    }
    (Some(kind), length)
}

/// The name behind `call`; of one character it is an error, and the next word is taken.
fn call(text: &[u8], at: usize, state: &mut State) -> Lexed {
    let rest = &text[at..];
    if matches!(rest[0], b' ' | b'\t' | b'\n') {
        return (None, 1);
    }
    let is_more = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let length = rest.iter().take_while(is_more).count();
    if !rest[0].is_ascii_alphabetic() || length < 2 {
        return (Some(TokenKind::Invalid), 1);
    }
    *state = State::Initial;
    (Some(TokenKind::Name), length)
}

fn procedure(text: &[u8], at: usize, state: &mut State) -> Lexed {
    let rest = &text[at..];
    const ESCAPES: &[u8] = b"'\"\\$bntr";
    match rest[0] {
        b'\'' => quoted(rest, b'\'', TokenKind::SingleQuoted, ESCAPES, true),
        b'"' => quoted(rest, b'"', TokenKind::Text, ESCAPES, true),
        sign @ (b'(' | b',') => (Some(TokenKind::Sign(sign)), 1),
        b')' => {
            *state = State::Initial;
            (Some(TokenKind::Sign(b')')), 1)
        }
        b' ' | b'\t' | b'\n' => (None, 1),
        _ => (Some(TokenKind::Invalid), 1),
    }
}

/// The name behind `$IncludeConfig`: the next word, on whatever line; one of a single byte is passed over.
fn include(text: &[u8], at: usize, state: &mut State) -> Lexed {
    let length = text[at..].iter().take_while(|byte| !matches!(byte, b' ' | b'\t' | b'\n')).count();
    if length < 2 {
        return (None, 1);
    }
    *state = State::Initial;
    (Some(TokenKind::IncludeName), length)
}

fn line_number(text: &[u8], at: usize, state: &mut State) -> Lexed {
    if text[at] == b')' {
        *state = State::Initial;
    }
    (None, 1)
}

/// The rest of a comment: to its `*/`, or to the end of the text.
fn comment(text: &[u8], at: usize, inside: Inside, state: &mut State) -> Lexed {
    match standfast_facts::search::find(&text[at..], b"*/") {
        Some(end) => {
            *state = State::behind(inside);
            (Some(TokenKind::Comment), end + 2)
        }
        None => (Some(TokenKind::Comment), text.len() - at),
    }
}
