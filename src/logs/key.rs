//! By what two lines are told to be the same message: a digest under a key that nobody knows beforehand.

use std::hash::{BuildHasher, Hasher, RandomState};

use super::body::{Body, Form, TAG};

/// The bytes of a message that every receiver keeps.
///
/// rsyslogd cuts a frame at 8 KiB (`$MaxMessageSize`), and the header within it has other lengths on each way; 7900
/// bytes are left with a host name of a hundred characters.
pub const KEPT: usize = 7900;

/// How much of a tag both sides have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tags {
    /// The first 32 bytes as written.
    Whole,
    /// Program and process number: RFC 5424 was in between, which has no colon and no path.
    Reduced,
}

/// Makes digests.
///
/// The key is drawn anew in each run. Who writes messages cannot choose two with one digest, and a message that was
/// altered stays unseen with a probability of the number of messages to 2^64.
#[derive(Clone, Debug)]
pub struct Keyer {
    state: RandomState,
    tags: Tags,
    text: Vec<u8>,
}

impl Keyer {
    /// With a key of its own.
    #[must_use]
    pub fn new(tags: Tags) -> Self {
        Self { state: RandomState::new(), tags, text: Vec::with_capacity(256) }
    }

    /// The digest of the first [`KEPT`] bytes of a message and its tag.
    pub fn digest(&mut self, body: &Body<'_>) -> u64 {
        // Nearly always the line holds what has to be digested as it stands there.
        if self.tags == Tags::Whole && (1..=KEPT).contains(&body.whole.len()) && is_plain(body.whole) {
            return self.digest_of(body.whole);
        }
        self.text.clear();
        match self.tags {
            _ if body.form == Form::Continued => self.text.push(1),
            Tags::Whole if body.form == Form::Traditional => push_escaped(&mut self.text, body.tag),
            Tags::Whole | Tags::Reduced => {
                push_escaped(&mut self.text, &body.program()[..body.program().len().min(TAG)]);
                self.text.push(0);
                push_escaped(&mut self.text, pid(body).unwrap_or_default());
            }
        }
        let kept = KEPT.min(body.glued.len() + body.message.len());
        if kept > 0 {
            self.text.push(b' ');
        }
        push_escaped(&mut self.text, body.glued);
        push_escaped(&mut self.text, &body.message[..kept - body.glued.len()]);
        self.digest_of(&self.text)
    }

    fn digest_of(&self, text: &[u8]) -> u64 {
        let mut hasher = self.state.build_hasher();
        hasher.write(text);
        hasher.finish()
    }
}

/// The process number, where the tag is so short that forwarding has left it whole.
fn pid<'l>(body: &Body<'l>) -> Option<&'l [u8]> {
    body.pid().filter(|_| body.tag_length < TAG)
}

/// What of a message is not in its digest.
#[must_use]
pub fn tail<'l>(body: &Body<'l>) -> &'l [u8] {
    body.message.get(KEPT.saturating_sub(body.glued.len())..).unwrap_or_default()
}

/// Writes control characters and bytes above ASCII as rsyslog does on reception (`#011`), whether it has done so or not.
pub fn push_escaped(out: &mut Vec<u8>, text: &[u8]) {
    if is_plain(text) {
        return out.extend_from_slice(text);
    }
    for &byte in text {
        if matches!(byte, b' '..=b'~') {
            out.push(byte);
        } else {
            out.extend([b'#', b'0' + (byte >> 6), b'0' + (byte >> 3 & 7), b'0' + (byte & 7)]);
        }
    }
}

/// Whether nothing has to be escaped. All bytes are looked at, without a branch: that can be done sixteen at a time.
fn is_plain(text: &[u8]) -> bool {
    text.iter().fold(0, |odd, byte| odd | u8::from(byte.wrapping_sub(b' ') > b'~' - b' ')) == 0
}

/// Whether one message could have been written in these two ways, for pairs with different digests at one time.
#[must_use]
pub fn could_be_one(one: &Body<'_>, other: &Body<'_>) -> bool {
    let has_tag = |body: &Body<'_>| body.form == Form::Traditional;
    let as_written = has_tag(one) && has_tag(other) && escaped(one.tag) == escaped(other.tag);
    let has_parts = |body: &Body<'_>| body.form == Form::Protocol23;
    let becomes = |one: &Body<'_>, other: &Body<'_>| tag_by_rfc5424(one) == escaped(other.tag);
    let by_rfc5424 = has_parts(one) || has_parts(other) || becomes(one, other) || becomes(other, one);
    let is_continued = |body: &Body<'_>| body.form == Form::Continued;
    if is_continued(one) != is_continued(other) {
        return false;
    }
    let same_name = || {
        let name = |body: &Body<'_>| escaped(&body.program()[..body.program().len().min(TAG)]);
        name(one) == name(other)
            && (pid(one) == pid(other) || one.tag_length >= TAG || other.tag_length >= TAG)
    };
    if !(as_written || is_continued(one) || by_rfc5424 && same_name()) {
        return false;
    }
    let texts = |body: &Body<'_>| {
        let whole = escaped(&[body.glued, body.message].concat());
        // A sender takes what is glued for a part of the tag, and RFC 5424 has no place for it.
        let unglued = escaped(body.message.strip_prefix(b" ").unwrap_or(body.message));
        if body.glued.is_empty() || !by_rfc5424 { vec![whole] } else { vec![whole, unglued] }
    };
    let same = |one: &[u8], other: &[u8]| {
        one == other || one.len().min(other.len()) >= KEPT && is_cut_of(one, other)
    };
    texts(one).iter().any(|one| texts(other).iter().any(|other| same(one, other)))
}

/// The tag that a receiver makes of program and process number.
fn tag_by_rfc5424(body: &Body<'_>) -> Vec<u8> {
    let program = body.program();
    let mut tag = if program.is_empty() { b"-".to_vec() } else { program.to_vec() };
    if let Some(pid) = body.pid() {
        tag.extend([b"[", pid, b"]"].concat());
    }
    tag.truncate(TAG);
    escaped(&tag)
}

fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    push_escaped(&mut out, text);
    out
}

/// Whether one begins with the other.
fn is_cut_of(one: &[u8], other: &[u8]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

#[cfg(test)]
mod tests {
    use super::super::body::Body;
    use super::super::line::parse;
    use super::super::stamp::Stamps;
    use super::{KEPT, Keyer, Tags, could_be_one, tail};

    fn body(line: &[u8]) -> Body<'_> {
        parse(line, &mut Stamps::new(0, 0)).unwrap().said.body()
    }

    fn of(content: &[u8]) -> Vec<u8> {
        [b"Nov 26 22:10:11 vm ", content].concat()
    }

    /// Whether both lines are told to be one message by their digests.
    fn are_same(tags: Tags, local: &[u8], central: &[u8]) -> bool {
        let mut keyer = Keyer::new(tags);
        keyer.digest(&body(local)) == keyer.digest(&body(central))
    }

    /// What real daemons made of one message: forwarded with RSYSLOG_ForwardFormat, both files as they were written.
    const FORWARDED: &[(&[u8], &[u8])] = &[
        (
            b"averylongprogramnamewithmorethan32[123456]: long tag",
            b"averylongprogramnamewithmorethan long tag",
        ),
        (b"app:nospace ", b"app: nospace "),
        (b"app[12]:nospace ", b"app[12]: nospace "),
        (b"a/path/tag[1]: path", b"a/path/tag[1]: path"),
        (b"lead:   three blanks", b"lead:   three blanks"),
        (b"trail: blanks   ", b"trail: blanks   "),
        (b"empty: ", b"empty: "),
        (b"a b: c", b"a b: c"),
        (b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: tag40", b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx tag40"),
        (b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: tag31", b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: tag31"),
        (b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: tag32", b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx tag32"),
        (b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx[1]: t", b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx[1 t"),
        (b"longtag-noendqqqqqqqqqqqqqqqqqqqqqqqqqqqqq ", b"longtag-noendqqqqqqqqqqqqqqqqqqq "),
        (b":00.1234 ", b": 00.1234 "),
        (b" pri: hello", b" pri: hello"),
        (b"two:colons: here", b"two: colons: here"),
    ];

    /// The same, forwarded with RSYSLOG_SyslogProtocol23Format.
    const BY_RFC5424: &[(&[u8], &[u8])] = &[
        (
            b"averylongprogramnamewithmorethan32[123456]: long tag",
            b"averylongprogramnamewithmorethan32[123456] long tag",
        ),
        (b"a/path/tag[1]: path", b"a[1] path"),
        (b"tab: a#011b", b"tab a#011b"),
        (b"lead:   three blanks", b"lead   three blanks"),
        (b"notag at all", b"notag at all"),
        (b"only[1]: ", b"only[1] "),
        (b"[bracket]: x", b"-[bracket] x"),
        (b"\xc3\xa4gent: utf tag", b"- utf tag"),
        (b": emptytag", b"- emptytag"),
        (b" pri: hello", b"- pri: hello"),
        (b"a b: c", b"a b: c"),
        (b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx[1]: t", b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx[1] t"),
    ];

    #[test]
    fn what_forwarding_does_to_a_tag_leaves_the_digest_as_it_was() {
        for (local, central) in FORWARDED {
            assert!(are_same(Tags::Whole, &of(local), &of(central)), "{}", String::from_utf8_lossy(local));
        }
    }

    #[test]
    fn what_rfc_5424_does_to_a_tag_leaves_the_reduced_digest_as_it_was() {
        for (local, central) in BY_RFC5424 {
            let shown = String::from_utf8_lossy(local);
            assert!(are_same(Tags::Reduced, &of(local), &of(central)), "{shown}");
            assert!(could_be_one(&body(&of(local)), &body(&of(central))), "{shown}");
        }
        let line = b"<13>1 2026-11-26T22:48:10.064922+00:00 vm a 1 - -  path";
        assert!(are_same(Tags::Reduced, &of(b"a/path/tag[1]: path"), line));
        assert!(could_be_one(&body(&of(b"a/path/tag[1]: path")), &body(line)));
    }

    #[test]
    fn what_was_glued_to_a_tag_may_be_lost_by_rfc_5424() {
        let line = b"<13>1 2026-11-26T22:48:10.064922+00:00 vm app 12 - -  more";
        assert!(could_be_one(&body(&of(b"app[12]:nospace more")), &body(line)));
        assert!(could_be_one(&body(&of(b"app[12]:nospace")), &body(&of(b"app[12]"))));
        assert!(!could_be_one(&body(&of(b"app[12]: nospace")), &body(&of(b"app[12]"))));
        assert!(could_be_one(&body(&of(b"/path text")), &body(&of(b"- text"))));
        assert!(!could_be_one(&body(&of(b"app/path text")), &body(&of(b"apps text"))));
    }

    #[test]
    fn control_characters_count_as_they_are_escaped_on_reception() {
        let pairs: [(&[u8], &[u8]); 3] = [
            (b"t: a\tb\x1b[31m", b"t: a#011b#033[31m"),
            (b"t: n\xe4h", b"t: n#344h"),
            (b"t: a\0b", b"t: a#000b"),
        ];
        for (raw, escaped) in pairs {
            assert!(are_same(Tags::Whole, &of(raw), &of(escaped)));
        }
    }

    #[test]
    fn long_messages_count_up_to_what_every_receiver_keeps() {
        let line = |length: usize| of(&[b"app: ", &vec![b'x'; length][..]].concat());
        assert!(are_same(Tags::Whole, &line(8074), &line(8090)));
        assert!(!are_same(Tags::Whole, &line(KEPT - 1), &line(KEPT)));
        assert_eq!(tail(&body(&line(KEPT + 3))), b"xxx");
        assert!(could_be_one(&body(&line(8074)), &body(&line(8090))));
        let mut altered = line(8090);
        altered[8000] = b'y';
        assert!(!could_be_one(&body(&line(8090)), &body(&altered)), "the tail is looked at where it differs");
    }

    #[test]
    fn each_byte_of_an_ordinary_line_counts() {
        let line = of(b"sshd[123]: Failed password for root from 10.0.0.1 port 22 ssh2");
        for tags in [Tags::Whole, Tags::Reduced] {
            for at in 19..line.len() {
                let mut altered = line.clone();
                altered[at] = if altered[at] == b'#' { b'+' } else { b'#' };
                let is_decoration = tags == Tags::Reduced && matches!(line[at], b':') && at < 30;
                assert_eq!(are_same(tags, &line, &altered), is_decoration, "{tags:?} {at}");
            }
        }
    }

    #[test]
    fn another_pid_or_program_is_another_message() {
        let one = of(b"sshd[123]: text");
        for other in [&b"sshd[124]: text"[..], b"sshd: text", b"sshd[123] text", b"sshe[123]: text"] {
            assert!(!are_same(Tags::Whole, &one, &of(other)));
        }
        assert!(!could_be_one(&body(&one), &body(&of(b"sshd[124]: text"))));
        assert!(!could_be_one(&body(&one), &body(&of(b"sshd[124] text"))));
        assert!(could_be_one(&body(&one), &body(&of(b"sshd[123] text"))), "RFC 5424 has no colon");
    }

    #[test]
    fn a_second_line_is_no_message_with_the_same_text() {
        let mut keyer = Keyer::new(Tags::Whole);
        let (line, text) = (of(b" text"), Body::continued(b"text"));
        assert_ne!(keyer.digest(&body(&line)), keyer.digest(&text));
        assert!(!could_be_one(&body(&line), &text));
        assert!(could_be_one(&Body::continued(b"text  "), &text));
    }
}
