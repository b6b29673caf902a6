//! A configuration as one text: each include replaced by what it brings, as rsyslogd expands it in place.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::dialect::Dialect;
use super::files::{Files, Kind};
use super::glob::{self, Found};
use super::lexer;
use super::logical::Logical;
use super::token::{ObjectKind, State, Token, TokenKind};

/// How deep files may include each other.
const DEEPEST: usize = 32;
/// The largest text that is made, in bytes.
const MOST: usize = 16 << 20;

/// The whole configuration; `None` where an include is only known to the running daemon, or has no end.
#[must_use]
pub fn flat(files: &Files<'_>, main: &Path) -> Option<Vec<u8>> {
    let mut flat = Flat { files, out: Vec::new() };
    flat.file(main, 0)?;
    Some(flat.out)
}

struct Flat<'f, 'm> {
    files: &'f Files<'m>,
    out: Vec<u8>,
}

/// An include, and where it stands in its file.
struct Include {
    start: usize,
    end: usize,
    pattern: Vec<u8>,
}

impl Flat<'_, '_> {
    fn file(&mut self, path: &Path, depth: usize) -> Option<()> {
        if depth > DEEPEST || self.out.len() > MOST {
            return None;
        }
        let bytes = self.files.read(path).ok()?;
        let mut from = 0;
        for include in includes(&bytes, self.files.dialect())? {
            self.out.extend_from_slice(bytes.get(from..include.start)?);
            from = include.end;
            let paths = self.paths(&include.pattern, 0)?;
            if paths.iter().any(|path| self.files.kind(path) == Kind::Missing) {
                // rsyslogd is to say of it what it says.
                self.out.extend_from_slice(bytes.get(include.start..include.end)?);
                continue;
            }
            for path in paths {
                self.line_end();
                self.file(&path, depth + 1)?;
                self.line_end();
            }
        }
        self.out.extend_from_slice(bytes.get(from..)?);
        Some(())
    }

    fn line_end(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with(b"\n") {
            self.out.push(b'\n');
        }
    }

    /// The files of a pattern, in order.
    fn paths(&self, pattern: &[u8], depth: usize) -> Option<Vec<PathBuf>> {
        if depth > DEEPEST {
            return None;
        }
        let mut pattern = pattern.to_vec();
        if self.files.kind(Path::new(std::ffi::OsStr::from_bytes(&pattern))) == Kind::Directory {
            pattern.push(b'*');
        }
        let Found::Paths(found) = glob::find(self.files, &pattern, Path::new("/")) else {
            return Some(Vec::new());
        };
        let mut paths = Vec::new();
        for path in found {
            if self.files.kind(&path) == Kind::Directory {
                let mut inner = path.as_os_str().as_bytes().to_vec();
                inner.push(b'/');
                paths.extend(self.paths(&inner, depth + 1)?);
            } else {
                paths.push(path);
            }
        }
        Some(paths)
    }
}

/// The includes of a file; `None` where one is not plain text.
fn includes(bytes: &[u8], dialect: Dialect) -> Option<Vec<Include>> {
    let logical = Logical::by(bytes, dialect);
    let (mut at, mut state) = (0, State::Initial);
    let mut found = Vec::new();
    let mut word = None;
    let mut object: Option<Vec<Token>> = None;
    while let Some(token) = lexer::next(&logical.text, &mut at, &mut state, dialect) {
        match (token.kind, &mut object) {
            (TokenKind::IncludeWord, _) => word = Some(token),
            (TokenKind::IncludeName, _) => {
                let start = word.take().unwrap_or(token);
                found.push(include(&logical, start, token, token.of(&logical.text).trim_ascii().to_vec()));
            }
            (TokenKind::Begin(ObjectKind::Include), _) => object = Some(vec![token]),
            (TokenKind::End, Some(tokens)) => {
                let pattern = file_parameter(&logical.text, tokens)?;
                let first = *tokens.first()?;
                found.push(include(&logical, first, token, pattern));
                object = None;
            }
            (_, Some(tokens)) => tokens.push(token),
            _ => {}
        }
    }
    Some(found)
}

fn include(logical: &Logical, first: Token, last: Token, pattern: Vec<u8>) -> Include {
    let text = first.of(&logical.text);
    let blanks = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let range = logical.raw_range(first.start as usize + blanks..last.end as usize);
    Include { start: range.start, end: range.end, pattern }
}

/// The value of `file` in an `include(…)`; `None` for anything else, such as `text` or backticks.
fn file_parameter(text: &[u8], tokens: &[Token]) -> Option<Vec<u8>> {
    let at = tokens.iter().position(|token| {
        token.kind == TokenKind::Name && token.of(text).trim_ascii().eq_ignore_ascii_case(b"file")
    })?;
    let value = tokens[at..].iter().find(|token| token.kind == TokenKind::Text)?;
    let value = value.of(text).trim_ascii();
    Some(value.strip_prefix(b"\"")?.strip_suffix(b"\"")?.to_vec())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::flat;
    use crate::rsyslog::files::Files;

    #[test]
    fn includes_of_both_languages_are_expanded_in_place_and_in_order() {
        let put = |files: Files<'static>, path: &str, text: &str| {
            files.with(Path::new(path), Some(text.as_bytes().to_vec()))
        };
        let main = "# head\n$IncludeConfig /d/*.conf\ninclude(file=\"/e/x\" mode=\"optional\") # tail\n*.* /f\n$IncludeConfig /gone\n";
        let files = put(Files::default(), "/main", main);
        let files = put(files, "/d/2.conf", "two");
        let files = put(files, "/d/1.conf", "one\n$IncludeConfig /e/x\n");
        let files = put(files, "/e/x", "x\n");
        let text = String::from_utf8(flat(&files, Path::new("/main")).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, ["# head", "one", "x", "two", "x", " # tail", "*.* /f", "$IncludeConfig /gone"]);
    }

    #[test]
    fn what_only_the_daemon_knows_and_what_has_no_end_is_left_alone() {
        let one = |text: &str| Files::default().with(Path::new("/main"), Some(text.as_bytes().to_vec()));
        assert_eq!(flat(&one("include(text=`echo $X`)\n"), Path::new("/main")), None);
        assert_eq!(flat(&one("$IncludeConfig /main\n"), Path::new("/main")), None);
    }
}
