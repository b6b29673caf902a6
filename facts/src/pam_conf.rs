//! The syntax of PAM's configuration, as far as it leads to session modules.
//!
//! Source: pam.conf(5), Linux-PAM `libpam/pam_handlers.c` (`_pam_parse_conf_file`),
//! `libpam_internal/pam_line.c`, `libpam/pam_misc.c` (`_pam_tokenize`), and Debian's patch
//! `031_pam_include` for `@include`.

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
    /// `@include`, `include` or `substack`: the session lines of another file.
    Include(Vec<u8>),
    /// A module, or a line without one, which libpam lets fail.
    Module {
        /// The control as written, a bracketed one with its brackets.
        control: String,
        /// The module as written.
        module: Vec<u8>,
        /// Its arguments.
        arguments: Vec<Vec<u8>>,
    },
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
pub(crate) fn parse(bytes: &[u8], layout: Layout) -> Vec<Statement> {
    logical_lines(bytes).into_iter().filter_map(|(line, text)| statement(line, &text, layout)).collect()
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
        let rule = Rule::Include(tokens.next()?.text);
        return Some(Statement { line, service, rule });
    }
    if !kind.eq_ignore_ascii_case(b"session") {
        return None;
    }
    let control = tokens.next().unwrap_or_default();
    let target = tokens.next().unwrap_or_default().text;
    let includes = [&b"include"[..], b"substack"].iter().any(|word| control.text.eq_ignore_ascii_case(word));
    let rule = if includes {
        Rule::Include(target)
    } else {
        let arguments = tokens.map(|token| token.text).collect();
        Rule::Module { control: control.shown(), module: target, arguments }
    };
    Some(Statement { line, service, rule })
}

/// Lines with the number of their first one: a backslash at the end continues a line, `#` ends it
/// and its continuation, a NUL ends it as far as C sees it.
fn logical_lines(bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut lines = Vec::new();
    let mut begun: Option<(u32, Vec<u8>)> = None;
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = line.get(..memchr::memchr(0, line).unwrap_or(line.len())).unwrap_or_default();
        let comment = memchr::memchr(b'#', line);
        let end = comment.unwrap_or(line.len());
        let text = trim(line.get(..end).unwrap_or_default());
        let continued = if comment.is_none() { text.strip_suffix(b"\\") } else { None };
        match (&mut begun, continued) {
            (Some((_, assembled)), Some(part)) => {
                assembled.extend_from_slice(part);
                assembled.push(b' ');
            }
            (None, Some(part)) => begun = Some((number, [part, b" "].concat())),
            (_, None) => {
                let (number, mut assembled) = begun.take().unwrap_or((number, Vec::new()));
                assembled.extend_from_slice(text);
                if !assembled.is_empty() {
                    lines.push((number, assembled));
                }
            }
        }
    }
    // A continuation at the end of the file makes libpam give up on the file: nothing to add.
    lines
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[derive(Default)]
struct Token {
    text: Vec<u8>,
    bracketed: bool,
}

impl Token {
    fn shown(&self) -> String {
        let text = String::from_utf8_lossy(&self.text);
        if self.bracketed { format!("[{text}]") } else { text.into_owned() }
    }
}

/// Words between blanks; `[…]` is one word without its brackets, `\]` in it a bracket.
struct Tokens<'a>(&'a [u8]);

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = trim(self.0);
        let [first, inside @ ..] = rest else { return None };
        if *first != b'[' {
            let end = rest.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(rest.len());
            let (text, after) = rest.split_at(end);
            self.0 = after;
            return Some(Token { text: text.to_vec(), bracketed: false });
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
        Some(Token { text, bracketed: true })
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
                Rule::Include(file) => format!("{} include {}", statement.line, lossy(file)),
                Rule::Module { control, module, arguments } => {
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
            ("session [success=ok default=1] m.so", "1 [success=ok default=1] m.so "),
            ("session [a\\]b]m.so [conf=/a b]", "1 [a]b] m.so conf=/a b"),
            ("session required m.so # set_all", "1 required m.so "),
            ("session \\\n  required \\  \n m.so x\n", "1 required m.so x"),
            ("session required m.so # x \\\nsession include y", "1 required m.so ;2 include y"),
            ("@include common-session", "1 include common-session"),
            ("session substack x\nsession INCLUDE /y", "1 include x;2 include /y"),
            ("session required m.so\r", "1 required m.so\r "),
            ("session required", "1 required  "),
            ("session", "1   "),
            ("session [unclosed", "1 [unclosed]  "),
            ("session required m.so \\", ""),
            ("auth required m.so\naccount include x\n--session required m.so\nsessions a b", ""),
            ("@include\n\n \t\n#session required m.so", ""),
            ("session\0 required m.so", "1   "),
        ] {
            assert_eq!(told(text.as_bytes()).join(";"), expected, "{text:?}");
        }
    }

    #[test]
    fn pam_conf_names_the_service_first() {
        let found = parse(b"SSHd session required m.so\nlonely\n", Layout::ManyServices);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].service.as_deref(), Some(&b"sshd"[..]));
    }

    #[test]
    fn hostile_text_is_no_statement() {
        assert_eq!(told(&[b'['; 100_000]), [""; 0]);
        assert_eq!(told(&b"\\\n".repeat(100_000)), [""; 0]);
        assert_eq!(told(b"session \xff \xfe\xfd"), ["1 \u{fffd} \u{fffd}\u{fffd} "]);
    }
}
