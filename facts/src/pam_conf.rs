//! The syntax of PAM's configuration, as far as it leads to session modules.
//!
//! Source: pam.conf(5), Linux-PAM `libpam/pam_handlers.c` (`_pam_parse_conf_file`),
//! `libpam_internal/pam_line.c`, `libpam/pam_misc.c` (`_pam_tokenize`), and Debian's patch
//! `031_pam_include` for `@include`.
//!
//! One difference is known: a line of an unknown type (`sesion include x`) is nothing here, but in
//! a file that a session line includes libpam takes it for a session line.

use std::borrow::Cow;

use crate::search::{memchr, memchr_iter, memchr2, memrchr};

/// A line that says something about sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The number of its first line, from 1.
    pub(crate) line: u32,
    /// The service in lower case; /etc/pam.conf only, elsewhere the file's name is the service.
    pub(crate) service: Option<Vec<u8>>,
    /// What it says.
    pub(crate) rule: Rule,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// `@include` or `include`: the session lines of another file.
    Include(Vec<u8>),
    /// `substack`: the same, counted as a line for sessions even if the file has none.
    Substack(Vec<u8>),
    /// pam_limits, wherever it is.
    PamLimits {
        /// The control as written, a bracketed one with its brackets.
        control: String,
        /// The module as written.
        module: Vec<u8>,
        /// Its arguments.
        arguments: Vec<Vec<u8>>,
    },
    /// Another module, or a line without one, which libpam lets fail.
    Other,
}

/// Whether lines begin with the name of their service.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A file of pam.d.
    OneService,
    /// /etc/pam.conf.
    ManyServices,
}

/// The session lines and includes of a file.
///
/// A backslash at the end continues a line, `#` ends it and its continuation, a NUL ends it as far
/// as C sees it. A continuation at the end of the file makes libpam give up, so it adds nothing.
pub(crate) fn parse(bytes: &[u8], layout: Layout) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut begun: Option<(u32, Vec<u8>)> = None;
    let (mut start, mut number) = (0, 0);
    let ends = memchr_iter(b'\n', bytes).chain((!bytes.ends_with(b"\n")).then_some(bytes.len()));
    for end in ends {
        let line = trim_start(bytes.get(start..end).unwrap_or_default());
        start = end + 1;
        number += 1;
        // Most lines are comments: they are left after their first letter.
        if begun.is_none() && matches!(line.first(), None | Some(b'#')) {
            continue;
        }
        let line = memchr(0, line).and_then(|nul| line.get(..nul)).unwrap_or(line);
        let (text, comment) = match memchr(b'#', line) {
            Some(at) => (line.get(..at).unwrap_or_default(), true),
            None => (line, false),
        };
        let text = trim_end(text);
        let continued = if comment { None } else { text.strip_suffix(b"\\") };
        if let Some(part) = continued {
            let (_, assembled) = begun.get_or_insert_with(|| (number, Vec::new()));
            assembled.extend_from_slice(part);
            assembled.push(b' ');
        } else if let Some((number, mut assembled)) = begun.take() {
            assembled.extend_from_slice(text);
            statements.extend(statement(number, &assembled, layout));
        } else {
            statements.extend(statement(number, text, layout));
        }
    }
    statements
}

fn statement(line: u32, text: &[u8], layout: Layout) -> Option<Statement> {
    let mut tokens = Tokens(text);
    let service = match layout {
        Layout::OneService => None,
        Layout::ManyServices => Some(tokens.next()?.text.to_ascii_lowercase()),
    };
    let kind = tokens.next()?.text;
    // A leading dash only keeps libpam from logging that a module is missing.
    let kind = kind.strip_prefix(b"-").unwrap_or(&kind);
    if kind.eq_ignore_ascii_case(b"@include") {
        let rule = Rule::Include(tokens.next()?.text.into_owned());
        return Some(Statement { line, service, rule });
    }
    if !kind.eq_ignore_ascii_case(b"session") {
        return None;
    }
    let control = tokens.next().unwrap_or_default();
    let target = tokens.next().unwrap_or_default().text;
    let rule = if control.text.eq_ignore_ascii_case(b"include") {
        Rule::Include(target.into_owned())
    } else if control.text.eq_ignore_ascii_case(b"substack") {
        Rule::Substack(target.into_owned())
    } else if base_name(&target) == b"pam_limits.so" {
        let arguments = tokens.map(|token| token.text.into_owned()).collect();
        Rule::PamLimits { control: control.shown(), module: target.into_owned(), arguments }
    } else {
        Rule::Other
    };
    Some(Statement { line, service, rule })
}

/// What follows the last slash.
pub(crate) fn base_name(path: &[u8]) -> &[u8] {
    memrchr(b'/', path).and_then(|at| path.get(at + 1..)).unwrap_or(path)
}

fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[derive(Default)]
struct Token<'a> {
    text: Cow<'a, [u8]>,
    bracketed: bool,
}

impl Token<'_> {
    fn shown(&self) -> String {
        let text = String::from_utf8_lossy(&self.text);
        if self.bracketed { format!("[{text}]") } else { text.into_owned() }
    }
}

/// Words between blanks; `[…]` is one word without its brackets, `\]` in it a bracket.
struct Tokens<'a>(&'a [u8]);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = trim_start(self.0);
        let [first, inside @ ..] = rest else { return None };
        if *first != b'[' {
            let (text, after) = rest.split_at(memchr2(b' ', b'\t', rest).unwrap_or(rest.len()));
            self.0 = after;
            return Some(Token { text: Cow::Borrowed(text), bracketed: false });
        }
        let (mut text, mut rest) = (Vec::new(), inside);
        loop {
            match rest {
                [b'\\', b']', after @ ..] => {
                    text.push(b']');
                    rest = after;
                }
                [b']', after @ ..] => {
                    rest = after;
                    break;
                }
                [byte, after @ ..] => {
                    text.push(*byte);
                    rest = after;
                }
                [] => break,
            }
        }
        self.0 = rest;
        Some(Token { text: Cow::Owned(text), bracketed: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line per statement: the number, then what was understood.
    fn told(text: &[u8]) -> Vec<String> {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        parse(text, Layout::OneService)
            .iter()
            .map(|statement| match &statement.rule {
                Rule::Other => format!("{} other", statement.line),
                Rule::Include(file) => format!("{} include {}", statement.line, lossy(file)),
                Rule::Substack(file) => format!("{} substack {}", statement.line, lossy(file)),
                Rule::PamLimits { control, module, arguments } => {
                    let arguments = arguments.iter().map(|a| lossy(a)).collect::<Vec<_>>().join("|");
                    format!("{} {control} {} {arguments}", statement.line, lossy(module))
                }
            })
            .collect()
    }

    #[test]
    fn session_lines_are_understood_as_libpam_does() {
        for (text, expected) in [
            ("session required pam_limits.so", "1 required pam_limits.so "),
            (
                "\t-SESSION\tOptional  pam_limits.so conf=/a\tset_all ",
                "1 Optional pam_limits.so conf=/a|set_all",
            ),
            ("session [success=ok default=1] pam_limits.so", "1 [success=ok default=1] pam_limits.so "),
            ("session [a\\]b]pam_limits.so [conf=/a b]", "1 [a]b] pam_limits.so conf=/a b"),
            ("session required pam_limits.so # set_all", "1 required pam_limits.so "),
            ("session \\\n  required \\  \n pam_limits.so x\n", "1 required pam_limits.so x"),
            (
                "session required pam_limits.so # x \\\nsession include y",
                "1 required pam_limits.so ;2 include y",
            ),
            ("@include common-session", "1 include common-session"),
            ("session substack x\nsession INCLUDE /y", "1 substack x;2 include /y"),
            ("session required pam_limits.so\r", "1 other"),
            ("session required", "1 other"),
            ("session", "1 other"),
            ("session [unclosed", "1 other"),
            ("session required pam_limits.so \\", ""),
            (
                "auth required pam_limits.so\naccount include x\n--session required pam_limits.so\nsessions a b",
                "",
            ),
            ("@include\n\n \t\n#session required pam_limits.so", ""),
            ("session\0 required pam_limits.so", "1 other"),
        ] {
            assert_eq!(told(text.as_bytes()).join(";"), expected, "{text:?}");
        }
    }

    #[test]
    fn pam_conf_names_the_service_first() {
        let found = parse(b"SSHd session required pam_limits.so\nlonely\n", Layout::ManyServices);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].service.as_deref(), Some(&b"sshd"[..]));
    }

    #[test]
    fn hostile_text_is_no_statement() {
        assert_eq!(told(&[b'['; 100_000]), [""; 0]);
        assert_eq!(told(&b"\\\n".repeat(100_000)), [""; 0]);
        assert_eq!(told(b"session \xff /\xfe/pam_limits.so"), ["1 \u{fffd} /\u{fffd}/pam_limits.so "]);
    }
}
