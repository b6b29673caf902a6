//! One line of a log file: its stamp, its host, and the parts that a message consists of.

use memchr::memchr;

use super::stamp::{Stamp, Stamps};

/// The most of a tag that rsyslog's templates for forwarding send on (`%syslogtag:1:32%`).
pub const TAG: usize = 32;

/// A line that begins with a time stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'l> {
    /// When.
    pub stamp: Stamp,
    /// Where, as written.
    pub host: &'l [u8],
    /// What.
    pub body: Body<'l>,
}

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `app[12]: message`, RFC 3164.
    Traditional,
    /// `<13>1 TIME HOST app 12 - - message`, RFC 5424: rsyslog's `RSYSLOG_SyslogProtocol23Format`.
    Protocol23,
    /// The second line of a message whose line ends were not escaped.
    Continued,
}

/// What of a message does not depend on how it was written, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Body<'l> {
    /// How the line is written.
    pub form: Form,
    /// `app[12]:`, at most [`TAG`] bytes of it, up to the first colon; empty for RFC 5424.
    pub tag: &'l [u8],
    /// How long the whole tag is in bytes, without the colon at its end.
    pub tag_length: usize,
    /// `app`.
    pub program: &'l [u8],
    /// `12`.
    pub pid: Option<&'l [u8]>,
    /// What follows the colon of the tag without a blank. A receiver sets one there, for it ends tags at the colon.
    pub glued: &'l [u8],
    /// The rest of the message, without the blanks behind it, and without one before it where nothing is glued.
    pub message: &'l [u8],
}

impl<'l> Body<'l> {
    /// A line without a stamp.
    #[must_use]
    pub fn continued(line: &'l [u8]) -> Self {
        let message = trim_end(line);
        Self { form: Form::Continued, tag: b"", tag_length: 0, program: b"", pid: None, glued: b"", message }
    }

    /// What stands behind the host in a line of RFC 3164.
    fn traditional(content: &'l [u8]) -> Self {
        let content = trim_end(content);
        let word = &content[..memchr(b' ', content).unwrap_or(content.len())];
        let rest = &content[word.len()..];
        let (program, pid) = program_and_pid(word);
        let cut = &word[..word.len().min(TAG)];
        let colon = memchr(b':', cut).filter(|colon| colon + 1 < cut.len());
        let (tag, glued) = cut.split_at(colon.map_or(cut.len(), |colon| colon + 1));
        let message = if glued.is_empty() { rest.strip_prefix(b" ").unwrap_or(rest) } else { rest };
        let tag_length = word.strip_suffix(b":").unwrap_or(word).len();
        Self { form: Form::Traditional, tag, tag_length, program, pid, glued, message }
    }

    /// What stands behind the host in a line of RFC 5424.
    fn protocol23(content: &'l [u8]) -> Option<Self> {
        let (program, rest) = word_and_rest(content)?;
        let (pid, rest) = word_and_rest(rest)?;
        let (_message_id, rest) = word_and_rest(rest)?;
        let rest = &rest[structured_data(rest)?..];
        let rest = trim_end(rest.strip_prefix(b" ").unwrap_or(rest));
        let message = rest.strip_prefix(b" ").unwrap_or(rest);
        let message = message.strip_prefix("\u{feff}".as_bytes()).unwrap_or(message);
        let (program, pid) = (some(program).unwrap_or_default(), some(pid));
        let tag_length = program.len() + pid.map_or(0, |pid| pid.len() + 2);
        Some(Self { form: Form::Protocol23, tag: b"", tag_length, program, pid, glued: b"", message })
    }
}

/// Reads a line; `None` for one that does not begin with a time stamp.
pub fn parse<'l>(line: &'l [u8], stamps: &mut Stamps) -> Option<Line<'l>> {
    let (form, line) = without_priority(line);
    let (stamp, length) = stamps.read(line)?;
    let rest = line[length..].strip_prefix(b" ")?;
    let host = &rest[..memchr(b' ', rest).unwrap_or(rest.len())];
    let content = rest.get(host.len() + 1..).unwrap_or_default();
    let body = match form {
        Form::Protocol23 => Body::protocol23(content)?,
        Form::Traditional | Form::Continued => Body::traditional(content),
    };
    Some(Line { stamp, host, body })
}

/// `<13>` before a traditional line, `<13>1 ` before one of RFC 5424.
fn without_priority(line: &[u8]) -> (Form, &[u8]) {
    // A crash leaves the end of a file full of NULs, and the next entry stands behind them.
    let line = match line {
        [0, ..] => &line[line.iter().take_while(|byte| **byte == 0).count()..],
        _ => line,
    };
    let Some(rest) = line.strip_prefix(b"<") else { return (Form::Traditional, line) };
    let digits = rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    match &rest[digits..] {
        [b'>', b'1', b' ', rest @ ..] => (Form::Protocol23, rest),
        [b'>', rest @ ..] => (Form::Traditional, rest),
        _ => (Form::Traditional, line),
    }
}

/// As rsyslog takes them from a tag: the program's name ends at `[`, `:`, `/` and what is not printable.
fn program_and_pid(word: &[u8]) -> (&[u8], Option<&[u8]>) {
    let ends = |byte: &u8| matches!(byte, b'[' | b':' | b'/') || !matches!(byte, b' '..=b'~');
    let program = &word[..word.iter().position(ends).unwrap_or(word.len())];
    let pid = memchr(b'[', word).and_then(|start| {
        let rest = &word[start + 1..];
        memchr(b']', rest).map(|end| &rest[..end])
    });
    // What stands for no name in RFC 5424.
    (if program == b"-" { b"" } else { program }, pid)
}

fn word_and_rest(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b' ', text)?;
    Some((&text[..end], &text[end + 1..]))
}

fn some(word: &[u8]) -> Option<&[u8]> {
    (word != b"-").then_some(word)
}

/// The length of `-`, or of `[id name="value"][…]`, RFC 5424 section 6.3.
fn structured_data(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'-' => return Some(1),
        b'[' => {}
        _ => return None,
    }
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted && text.get(at + 1) != Some(&b'[') => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn trim_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | 0));
    &text[..end.map_or(0, |end| end + 1)]
}

#[cfg(test)]
mod tests {
    use super::super::stamp::Stamps;
    use super::{Body, Form, parse};

    fn body(content: &str) -> Body<'_> {
        Body::traditional(content.as_bytes())
    }

    fn read(line: &[u8]) -> Option<(Vec<u8>, Body<'_>)> {
        parse(line, &mut Stamps::new(0, 0)).map(|line| (line.host.to_vec(), line.body))
    }

    #[test]
    fn a_tag_is_the_first_word_and_the_message_what_follows_the_blank() {
        let body = body("sshd[12]:  two blanks  ");
        assert_eq!((body.tag, body.program, body.pid), (&b"sshd[12]:"[..], &b"sshd"[..], Some(&b"12"[..])));
        assert_eq!((body.glued, body.message), (&b""[..], &b" two blanks"[..]));
    }

    #[test]
    fn what_is_glued_to_the_tag_is_no_part_of_it() {
        let body = body("app[1]:nospace more");
        assert_eq!((body.tag, body.glued, body.message), (&b"app[1]:"[..], &b"nospace"[..], &b" more"[..]));
    }

    #[test]
    fn a_tag_is_cut_where_forwarding_cuts_it() {
        let long = format!("{}[1234]: text", "x".repeat(30));
        let body = body(&long);
        assert_eq!((body.tag.len(), body.tag_length, body.message), (32, 36, &b"text"[..]));
        assert_eq!(body.program.len(), 30);
    }

    #[test]
    fn the_program_of_a_tag_ends_where_rsyslog_ends_it() {
        for (content, program) in
            [("a/path/tag[1]: x", "a"), ("\u{e4}gent: x", ""), (": x", ""), ("- x", ""), ("", "")]
        {
            assert_eq!(body(content).program, program.as_bytes(), "{content}");
        }
    }

    #[test]
    fn rfc_5424_gives_the_same_parts() {
        let line = b"<13>1 2026-11-26T22:48:10.065201+00:00 vm CRON 1 - -  (root) CMD (x)";
        let (host, body) = read(line).unwrap();
        assert_eq!((host.as_slice(), body.form), (&b"vm"[..], Form::Protocol23));
        assert_eq!((body.program, body.pid), (&b"CRON"[..], Some(&b"1"[..])));
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
}
