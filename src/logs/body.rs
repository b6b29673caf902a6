//! The parts of a message: tag, program, process number, text.

use standfast_facts::search::memchr;

/// The most of a tag that rsyslog's templates for forwarding send on (`%syslogtag:1:32%`).
pub const TAG: usize = 32;

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
    /// What follows the colon of the tag without a blank. A receiver sets one there, for it ends tags at the colon.
    pub glued: &'l [u8],
    /// The rest of the message, without the blanks behind it, and without one before it where nothing is glued.
    pub message: &'l [u8],
    /// Tag, blank and message, where they stand so in the line; empty where the tag is cut or something is glued to it.
    pub whole: &'l [u8],
    /// The first word: the whole tag, or the program of RFC 5424.
    word: &'l [u8],
    /// The process number of RFC 5424.
    process: Option<&'l [u8]>,
}

impl<'l> Body<'l> {
    /// A line without a stamp.
    #[must_use]
    pub fn continued(line: &'l [u8]) -> Self {
        let nothing = Self::traditional(b"");
        Self { form: Form::Continued, message: trim_end(line), ..nothing }
    }

    /// What stands behind the host in a line of RFC 3164.
    #[must_use]
    pub fn traditional(content: &'l [u8]) -> Self {
        let content = trim_end(content);
        // Tags are short: to look at each byte costs less than to search.
        let end = content.iter().position(|byte| matches!(byte, b' ' | b':'));
        let colon = end.filter(|end| content[*end] == b':' && end + 1 < TAG);
        let rest = end.map_or(&[][..], |end| &content[end..]);
        let word_end = content.len() - rest.len() + memchr(b' ', rest).unwrap_or(rest.len());
        let (word, rest) = content.split_at(word_end);
        let cut = &word[..word.len().min(TAG)];
        let (tag, glued) = cut.split_at(colon.map_or(cut.len(), |colon| colon + 1));
        let message = if glued.is_empty() { rest.strip_prefix(b" ").unwrap_or(rest) } else { rest };
        let tag_length = word.strip_suffix(b":").unwrap_or(word).len();
        let whole = if tag.len() == word.len() { content } else { &[] };
        Self { form: Form::Traditional, tag, tag_length, glued, message, whole, word, process: None }
    }

    /// What stands behind the host in a line of RFC 5424.
    #[must_use]
    pub fn protocol23(content: &'l [u8]) -> Option<Self> {
        let (program, rest) = word_and_rest(content)?;
        let (process, rest) = word_and_rest(rest)?;
        let (_message_id, rest) = word_and_rest(rest)?;
        let rest = &rest[structured_data(rest)?..];
        let rest = trim_end(rest.strip_prefix(b" ").unwrap_or(rest));
        let message = rest.strip_prefix(b" ").unwrap_or(rest);
        let message = message.strip_prefix("\u{feff}".as_bytes()).unwrap_or(message);
        let (word, process) = (some(program).unwrap_or_default(), some(process));
        let tag_length = word.len() + process.map_or(0, |process| process.len() + 2);
        let (tag, glued, whole) = (&[][..], &[][..], &[][..]);
        Some(Self { form: Form::Protocol23, tag, tag_length, glued, message, whole, word, process })
    }

    /// `app`, as rsyslog takes it from a tag.
    #[must_use]
    pub fn program(&self) -> &'l [u8] {
        let end = self.word.iter().position(|byte| self.form != Form::Protocol23 && ends_program(byte));
        let program = &self.word[..end.unwrap_or(self.word.len())];
        some(program).unwrap_or_default()
    }

    /// `12`.
    #[must_use]
    pub fn pid(&self) -> Option<&'l [u8]> {
        if self.form == Form::Protocol23 {
            return self.process;
        }
        let rest = &self.word[memchr(b'[', self.word)? + 1..];
        memchr(b']', rest).map(|end| &rest[..end])
    }
}

/// Whether a program's name ends before this byte of a tag.
pub fn ends_program(byte: &u8) -> bool {
    matches!(byte, b'[' | b':' | b'/') || !matches!(byte, b'!'..=b'~')
}

fn word_and_rest(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b' ', text)?;
    Some((&text[..end], &text[end + 1..]))
}

/// `-` is what stands for nothing in RFC 5424.
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
    use super::Body;

    fn body(content: &str) -> Body<'_> {
        Body::traditional(content.as_bytes())
    }

    #[test]
    fn a_tag_is_the_first_word_and_the_message_what_follows_the_blank() {
        let body = body("sshd[12]:  two blanks  ");
        assert_eq!(
            (body.tag, body.program(), body.pid()),
            (&b"sshd[12]:"[..], &b"sshd"[..], Some(&b"12"[..]))
        );
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
        assert_eq!(body.program().len(), 30);
    }

    #[test]
    fn the_program_of_a_tag_ends_where_rsyslog_ends_it() {
        for (content, program) in
            [("a/path/tag[1]: x", "a"), ("\u{e4}gent: x", ""), (": x", ""), ("- x", ""), ("", "")]
        {
            assert_eq!(body(content).program(), program.as_bytes(), "{content}");
        }
    }
}
