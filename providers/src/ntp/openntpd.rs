//! OpenNTPD: it has neither mode 6 nor mode 7, and serves the time only where it is told to listen.
//!
//! Source: ntpd.conf(5); OpenNTPD 6.2p3 was asked. Words have case, a comment begins anywhere, a line that cannot be
//! read keeps it from starting.

use crate::document::{Chunk, Syntax};

/// A line that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directive {
    /// `listen on`: an address, a name, or `*`.
    Listen(Vec<u8>),
    /// Another line.
    Other,
    /// OpenNTPD does not start.
    Fatal,
}

/// The syntax of ntpd.conf.
#[derive(Clone, Copy, Debug)]
pub struct OpenntpdSyntax;

impl Syntax for OpenntpdSyntax {
    type Entry = Directive;

    fn chunks(&self, bytes: &[u8]) -> Vec<Chunk<Directive>> {
        let mut chunks = Vec::new();
        let (mut start, mut end, mut line) = (0, 0, 1);
        for (raw, number) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1_u32..) {
            end += raw.len();
            // The next line goes on with this one.
            if raw.ends_with(b"\\\n") {
                continue;
            }
            chunks.push(Chunk { end, line, entry: directive(&bytes[start..end]) });
            (start, line) = (end, number + 1);
        }
        if start < end {
            chunks.push(Chunk { end, line, entry: directive(&bytes[start..end]) });
        }
        chunks
    }
}

/// A blank between words; a backslash before a line end is one too. A CR is none.
fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\\')
}

fn directive(raw: &[u8]) -> Option<Directive> {
    let text = &raw[..standfast_facts::search::memchr(b'#', raw).unwrap_or(raw.len())];
    let words: Vec<&[u8]> = text.split(is_blank).filter(|word| !word.is_empty()).collect();
    let first = *words.first()?;
    // A statement needs the end of its line, a comment does not.
    if !raw.ends_with(b"\n") {
        return Some(Directive::Fatal);
    }
    Some(match (first, words.get(1).copied(), words.get(2..).unwrap_or_default()) {
        (b"listen", Some(b"on"), [address] | [address, b"rtable", _]) => listen(address),
        (b"server" | b"servers" | b"sensor" | b"constraint" | b"constraints" | b"query", Some(_), _) => {
            Directive::Other
        }
        _ => Directive::Fatal,
    })
}

/// `*`, an address or a name, which may be quoted. A name is looked up at the start, so nothing can be said of one.
fn listen(text: &[u8]) -> Directive {
    let text = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
    if text.iter().any(|byte| matches!(byte, b'\r' | b';' | b'"')) {
        return Directive::Fatal;
    }
    Directive::Listen(text.to_vec())
}

/// Whether an address that is listened on is this host's own alone.
#[must_use]
pub fn is_outside(address: &[u8]) -> bool {
    let is_loopback = super::address::parse_address(address)
        .is_some_and(|address| super::address::Network::host(address).is_loopback());
    !is_loopback && !super::exposure::is_this_host(address)
}

#[cfg(test)]
mod tests {
    use super::{Directive, directive, is_outside};

    #[test]
    fn openntpd_serves_nobody_unless_it_is_told_to_listen() {
        assert_eq!(directive(b"listen on *\n"), Some(Directive::Listen(b"*".to_vec())));
        assert_eq!(
            directive(b"listen on 10.9.0.1 rtable 4 # x\n"),
            Some(Directive::Listen(b"10.9.0.1".to_vec()))
        );
        assert_eq!(directive(b"#listen on *"), None);
        assert_eq!(directive(b"servers pool.ntp.org\n"), Some(Directive::Other));
    }

    #[test]
    fn words_have_case_and_an_unknown_line_keeps_it_from_starting() {
        for line in [
            "Listen on *",
            "listen *",
            "restrict default noquery",
            "servers",
            "listen on * x",
            "listen on *\r",
        ] {
            assert_eq!(directive(format!("{line}\n").as_bytes()), Some(Directive::Fatal), "{line}");
        }
        assert_eq!(directive(b"listen on *"), Some(Directive::Fatal), "no line end");
    }

    #[test]
    fn loopback_is_not_outside() {
        assert!(is_outside(b"*") && is_outside(b"10.9.0.1") && is_outside(b"ntp.example.com"));
        assert!(!is_outside(b"127.0.0.1") && !is_outside(b"::1") && !is_outside(b"localhost"));
    }
}
