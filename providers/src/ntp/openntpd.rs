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
        let mut end = 0;
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').zip(1_u32..);
        let chunk = |(raw, line): (&[u8], u32)| {
            end += raw.len();
            Chunk { end, line, entry: directive(raw) }
        };
        lines.map(chunk).collect()
    }
}

fn directive(raw: &[u8]) -> Option<Directive> {
    let text = &raw[..memchr::memchr(b'#', raw).unwrap_or(raw.len())];
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let (first, second, third) = (words.next()?, words.next(), words.next());
    Some(match (first, second, third) {
        (b"listen", Some(b"on"), Some(address)) => {
            let address = address.strip_prefix(b"\"").unwrap_or(address);
            Directive::Listen(address.strip_suffix(b"\"").unwrap_or(address).to_vec())
        }
        (b"server" | b"servers" | b"sensor" | b"constraint" | b"constraints" | b"query", Some(_), _) => {
            Directive::Other
        }
        _ => Directive::Fatal,
    })
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
            directive(b"listen on 10.9.0.1 rtable 4 # x"),
            Some(Directive::Listen(b"10.9.0.1".to_vec()))
        );
        assert_eq!(directive(b"#listen on *"), None);
        assert_eq!(directive(b"servers pool.ntp.org"), Some(Directive::Other));
    }

    #[test]
    fn words_have_case_and_an_unknown_line_keeps_it_from_starting() {
        for line in ["Listen on *", "listen *", "restrict default noquery", "servers"] {
            assert_eq!(directive(line.as_bytes()), Some(Directive::Fatal), "{line}");
        }
    }

    #[test]
    fn loopback_is_not_outside() {
        assert!(is_outside(b"*") && is_outside(b"10.9.0.1") && is_outside(b"ntp.example.com"));
        assert!(!is_outside(b"127.0.0.1") && !is_outside(b"::1") && !is_outside(b"localhost"));
    }
}
