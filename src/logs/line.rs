//! One line of a log file: its stamp, its host, and what it says.

use standfast_facts::search::memchr;

use super::body::{self, Body};
use super::stamp::{Stamp, Stamps};

/// A line that begins with a time stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'l> {
    /// When.
    pub stamp: Stamp,
    /// Where, as written.
    pub host: &'l [u8],
    /// What.
    pub said: Said<'l>,
}

/// What a line says, not taken apart yet: of most lines that are looked for a second time only the time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'l> {
    /// What stands behind the host in a line of RFC 3164.
    Traditional(&'l [u8]),
    /// The parts of a line of RFC 5424; whether it is one cannot be told without them.
    Protocol23(Body<'l>),
    /// A line without a stamp.
    Continued(&'l [u8]),
}

impl<'l> Said<'l> {
    /// Its parts.
    #[must_use]
    pub fn body(&self) -> Body<'l> {
        match *self {
            Self::Traditional(content) => Body::traditional(content),
            Self::Protocol23(body) => body,
            Self::Continued(line) => Body::continued(line),
        }
    }

    /// Whether this program says it.
    #[must_use]
    pub fn is_of(&self, program: &[u8]) -> bool {
        match self {
            Self::Traditional(content) => {
                content.strip_prefix(program).is_some_and(|rest| rest.first().is_none_or(body::ends_program))
            }
            Self::Protocol23(body) => body.program() == program,
            Self::Continued(_) => false,
        }
    }
}

/// A line of which only the time is known, which is all that counts of most lines that are looked for a second time.
#[derive(Clone, Copy, Debug)]
pub struct Begun<'l> {
    /// When.
    pub stamp: Stamp,
    /// Host and content.
    rest: &'l [u8],
    /// What it says, where it could not be told without that whether it is a line.
    said: Option<Said<'l>>,
}

impl<'l> Begun<'l> {
    /// The whole line.
    #[must_use]
    pub fn line(self) -> Line<'l> {
        let (host, content) = host_and_content(self.rest);
        Line { stamp: self.stamp, host, said: self.said.unwrap_or(Said::Traditional(content)) }
    }
}

/// Begins to read a line; `None` for one that does not begin with a time stamp.
pub fn begin<'l>(line: &'l [u8], stamps: &mut Stamps) -> Option<Begun<'l>> {
    let (protocol, line) = without_priority(line);
    let (stamp, length) = stamps.read(line)?;
    let rest = line[length..].strip_prefix(b" ")?;
    let said = match protocol {
        Protocol::Rfc3164 => None,
        Protocol::Rfc5424 => Some(Said::Protocol23(Body::protocol23(host_and_content(rest).1)?)),
    };
    Some(Begun { stamp, rest, said })
}

/// Reads a line; `None` for one that does not begin with a time stamp.
pub fn parse<'l>(line: &'l [u8], stamps: &mut Stamps) -> Option<Line<'l>> {
    begin(line, stamps).map(Begun::line)
}

fn host_and_content(rest: &[u8]) -> (&[u8], &[u8]) {
    let host = &rest[..memchr(b' ', rest).unwrap_or(rest.len())];
    (host, rest.get(host.len() + 1..).unwrap_or_default())
}

/// What a line is by its beginning.
enum Protocol {
    Rfc3164,
    Rfc5424,
}

/// `<13>` before a traditional line, `<13>1 ` before one of RFC 5424.
fn without_priority(line: &[u8]) -> (Protocol, &[u8]) {
    // A crash leaves the end of a file full of NULs, and the next entry stands behind them.
    let line = match line {
        [0, ..] => &line[line.iter().take_while(|byte| **byte == 0).count()..],
        _ => line,
    };
    let Some(rest) = line.strip_prefix(b"<") else { return (Protocol::Rfc3164, line) };
    let digits = rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    match &rest[digits..] {
        [b'>', b'1', b' ', rest @ ..] => (Protocol::Rfc5424, rest),
        [b'>', rest @ ..] => (Protocol::Rfc3164, rest),
        _ => (Protocol::Rfc3164, line),
    }
}

#[cfg(test)]
mod tests {
    use super::super::body::{Body, Form};
    use super::super::stamp::Stamps;
    use super::{Said, parse};

    fn read(line: &[u8]) -> Option<(Vec<u8>, Body<'_>)> {
        parse(line, &mut Stamps::new(0, 0)).map(|line| (line.host.to_vec(), line.said.body()))
    }

    #[test]
    fn rfc_5424_gives_the_same_parts() {
        let line = b"<13>1 2026-11-26T22:48:10.065201+00:00 vm CRON 1 - -  (root) CMD (x)";
        let (host, body) = read(line).unwrap();
        assert_eq!((host.as_slice(), body.form), (&b"vm"[..], Form::Protocol23));
        assert_eq!((body.program(), body.pid()), (&b"CRON"[..], Some(&b"1"[..])));
        assert_eq!(body.message, b"(root) CMD (x)");
    }

    #[test]
    fn structured_data_is_no_part_of_the_message() {
        let line = br#"<13>1 2026-11-26T22:48:10Z vm app - ID [a b="x\"] y"][c d="e"] text [z]"#;
        assert_eq!(read(line).unwrap().1.message, b"text [z]");
        let with_mark = b"<13>1 2026-11-26T22:48:10Z vm app - - - \xef\xbb\xbftext";
        assert_eq!(read(with_mark).unwrap().1.message, b"text");
        assert_eq!(read(b"<13>1 2026-11-26T22:48:10Z vm app - - [a b=\"x text"), None);
        assert_eq!(read(b"<13>1 2026-11-26T22:48:10Z vm app - - text"), None);
    }

    #[test]
    fn a_priority_and_nuls_of_a_crash_may_stand_before_a_line() {
        for before in [&b"<13>"[..], b"\0\0\0", b""] {
            let line = [before, b"Nov 26 22:10:11 vm app: text"].concat();
            assert_eq!(read(&line).unwrap().1.message, b"text");
        }
    }

    #[test]
    fn a_line_may_end_anywhere() {
        let line = b"<13>1 2026-11-26T22:48:10.065201+00:00 vm CRON 1 ID [a b=\"c\"] text";
        for end in 0..line.len() {
            let _ = read(&line[..end]);
        }
        assert_eq!(read(b"Nov 26 22:10:11"), None);
        assert_eq!(read(b"Nov 26 22:10:11 ").unwrap().0, b"");
        assert_eq!(read(b"Nov 26 22:10:11 vm").unwrap().1.message, b"");
    }

    #[test]
    fn a_program_is_known_without_taking_the_line_apart() {
        for (content, is_of_it) in [
            ("app[1]: x", true),
            ("app: x", true),
            ("app/y: x", true),
            ("app", true),
            ("app x", true),
            ("apps: x", false),
            ("ap: x", false),
            (" app: x", false),
            ("", false),
        ] {
            let said = Said::Traditional(content.as_bytes());
            assert_eq!(said.is_of(b"app"), is_of_it, "{content}");
            assert_eq!(said.body().program() == b"app", is_of_it, "{content}");
        }
    }
}
