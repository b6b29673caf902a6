//! Generated logs: what forwarding does is never a difference, and what a forger does always is one.

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::{Kind, LogsError, run};
use super::{Directory, compared, counts, request};
use crate::calendar::{self, SECOND};

/// A message as the sender has it.
#[derive(Clone, Debug)]
struct Message {
    /// Microseconds since 1970.
    time: i64,
    tag: String,
    text: String,
}

/// How a file writes its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Traditional,
    Rfc3339,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Message {
    fn stamp(&self, format: Format) -> String {
        match format {
            Format::Rfc3339 => format!("{}+00:00", calendar::text(self.time)),
            Format::Traditional => {
                let at = calendar::Civil::of_micros(self.time);
                let month = MONTHS[usize::from(at.month) - 1];
                let (hour, minute, second) = (at.second / 3600, at.second / 60 % 60, at.second % 60);
                format!("{month} {:>2} {hour:02}:{minute:02}:{second:02}", at.day)
            }
        }
    }

    /// As the sender's own daemon writes it.
    fn local(&self, format: Format) -> String {
        let blank = if self.text.starts_with(' ') { "" } else { " " };
        format!("{} web1 {}{blank}{}\n", self.stamp(format), self.tag, self.text)
    }

    /// As the receiver writes what `RSYSLOG_ForwardFormat` has sent, of a message of so many bytes at most.
    fn central(&self, format: Format, longest: usize) -> String {
        let sent: String = self.tag.chars().take(32).collect();
        let (tag, glued) = match sent.find(':') {
            Some(colon) => sent.split_at(colon + 1),
            None => (sent.as_str(), ""),
        };
        let text = format!("{glued}{}{}", if self.text.starts_with(' ') { "" } else { " " }, self.text);
        let text: String = text.chars().take(longest).collect();
        let blank = if text.starts_with(' ') { "" } else { " " };
        format!("{} web1.example.org {tag}{blank}{text}\n", self.stamp(format))
    }
}

impl Message {
    /// As the receiver writes what `RSYSLOG_SyslogProtocol23Format` has sent: what is glued to the tag is lost.
    fn by_rfc5424(&self, format: Format) -> String {
        let end = self.tag.find(['[', ':', '/']).unwrap_or(self.tag.len());
        let program = if end == 0 { "-" } else { &self.tag[..end] };
        let pid = self.tag.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
        let pid = pid.map_or_else(String::new, |(pid, _)| format!("[{pid}]"));
        let blank = if self.text.starts_with(' ') { "" } else { " " };
        format!("{} web1 {program}{pid}{blank}{}\n", self.stamp(format), self.text)
    }
}

/// Times in a week of November 2026, a few messages a second.
fn message() -> impl Strategy<Value = Message> {
    let tag = prop_oneof![
        8 => "[a-z]{1,12}(\\[[0-9]{1,5}\\])?:",
        1 => "[a-z]{28,60}(\\[[0-9]{1,5}\\])?:",
        1 => "[a-z]{1,40}:[a-z0-9:]{1,40}",
        1 => "[a-z/]{1,40}",
    ];
    let text = prop_oneof![
        12 => "[ -~]{0,60}[!-~]",
        2 => "(session opened for user root|link up)",
        1 => ("[a-z]", 7800_usize..8000, "[!-~]{90}").prop_map(|(fill, count, end)| fill.repeat(count) + &end),
    ];
    (0_i64..40 * SECOND, tag, text).prop_map(|(time, tag, text)| {
        // A blank at the beginning of a text stands for the one behind the tag.
        Message { time: calendar::SECOND * 1_795_644_000 + time, tag, text }
    })
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    prop::collection::vec(message(), 3..40).prop_map(|mut messages| {
        messages.sort_by_key(|message| message.time);
        messages
    })
}

fn format() -> impl Strategy<Value = Format> {
    prop_oneof![Just(Format::Traditional), Just(Format::Rfc3339)]
}

fn lines(messages: &[Message], line: impl Fn(&Message) -> String) -> String {
    messages.iter().map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_forwarding_does_is_a_difference(
        messages in messages(),
        formats in (format(), format()),
        block in any::<(Index, Index)>(),
        copies in prop::collection::vec(any::<Index>(), 0..5),
        cut in 7950_usize..8100,
        most in prop_oneof![Just(usize::MAX), Just(7_usize)],
    ) {
        let local = lines(&messages, |message| message.local(formats.0));
        // A block that waited in the queue comes later, and in another order; some messages come twice.
        let mut sent = messages.clone();
        let (from, to) = (block.0.index(sent.len()), block.1.index(sent.len()));
        let waited: Vec<Message> = sent.drain(from.min(to)..from.max(to)).rev().collect();
        let at = if waited.is_empty() { 0 } else { sent.len() };
        sent.splice(at..at, waited);
        for copy in copies {
            let copy = sent[copy.index(sent.len())].clone();
            sent.push(copy);
        }
        let central = lines(&sent, |message| message.central(formats.1, cut));
        match compared(&local, &central, most) {
            Ok(comparison) => prop_assert_eq!(counts(&comparison), (0, 0, 0), "{:?}", comparison),
            Err(LogsError::NoWindow { .. }) => {}
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        }
    }

    #[test]
    fn nothing_that_rfc_5424_does_is_a_difference(
        messages in messages(),
        formats in (format(), format()),
        copy in any::<Index>(),
    ) {
        let local = lines(&messages, |message| message.local(formats.0));
        let mut sent = messages.clone();
        sent.insert(0, messages[copy.index(messages.len())].clone());
        sent.swap(0, 1);
        let central = lines(&sent, |message| message.by_rfc5424(formats.1));
        match compared(&local, &central, usize::MAX) {
            Ok(comparison) => prop_assert_eq!(counts(&comparison), (0, 0, 0), "{:?}", comparison),
            Err(LogsError::NoWindow { .. }) => {}
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        }
    }

    #[test]
    fn each_deletion_is_found(
        messages in messages(),
        formats in (format(), format()),
        gone in any::<Index>(),
        most in prop_oneof![Just(usize::MAX), Just(7_usize)],
    ) {
        let gone = 1 + gone.index(messages.len() - 2);
        // Of equal messages the central side may have copies, so one that is gone locally cannot be told.
        let is_unique = messages.iter().filter(|other| {
            other.local(formats.0) == messages[gone].local(formats.0)
        }).count() == 1;
        prop_assume!(is_unique);
        let mut without = messages.clone();
        without.remove(gone);
        let local = |messages: &[Message]| lines(messages, |message| message.local(formats.0));
        let central = |messages: &[Message]| lines(messages, |message| message.central(formats.1, 9000));
        let deleted = compared(&local(&without), &central(&messages), most).unwrap();
        prop_assert_eq!(counts(&deleted), (0, 1, 0), "{:?}", deleted);
        let lost = compared(&local(&messages), &central(&without), most).unwrap();
        prop_assert_eq!(counts(&lost), (0, 0, 1), "{:?}", lost);
        prop_assert_eq!(lost.differences[0].local.as_ref().unwrap().line, 1 + gone as u64);
    }

    #[test]
    fn each_alteration_of_a_text_is_found(
        messages in messages(),
        formats in (format(), format()),
        edited in any::<(Index, Index)>(),
        most in prop_oneof![Just(usize::MAX), Just(7_usize)],
    ) {
        let at = 1 + edited.0.index(messages.len() - 2);
        let central = lines(&messages, |message| message.central(formats.1, 9000));
        let mut messages = messages;
        let text = &mut messages[at].text;
        let place = edited.1.index(text.trim_start().len()) + text.len() - text.trim_start().len();
        let byte = if text.as_bytes()[place] == b'#' { "+" } else { "#" };
        text.replace_range(place..=place, byte);
        let comparison = compared(&lines(&messages, |message| message.local(formats.0)), &central, most).unwrap();
        let (edited, deleted, lost) = counts(&comparison);
        // A short text may not be similar to what it was.
        prop_assert!((edited, deleted, lost) == (1, 0, 0) || (edited, deleted, lost) == (0, 1, 1), "{comparison:?}");
    }

    #[test]
    fn each_insertion_is_found(
        messages in messages(),
        formats in (format(), format()),
        added in message(),
        place in any::<Index>(),
    ) {
        let mut forged = messages.clone();
        let at = 1 + place.index(messages.len() - 1);
        let added = Message { time: messages[at - 1].time, ..added };
        prop_assume!(!messages.iter().any(|message| message.text == added.text));
        forged.insert(at, added);
        let local = lines(&forged, |message| message.local(formats.0));
        let central = lines(&messages, |message| message.central(formats.1, 9000));
        let comparison = compared(&local, &central, usize::MAX).unwrap();
        prop_assert_eq!(counts(&comparison), (0, 0, 1), "{:?}", comparison);
        prop_assert_eq!(comparison.differences[0].kind, Kind::Lost);
        prop_assert_eq!(comparison.differences[0].local.as_ref().unwrap().line, 1 + at as u64);
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(local in bytes(), central in bytes()) {
        let directory = Directory::new();
        let paths = ["local", "central"].map(|name| directory.0.join(name));
        std::fs::write(&paths[0], local).unwrap();
        std::fs::write(&paths[1], central).unwrap();
        let _ = run::compare(&request(&paths[0], &paths[1]), usize::MAX);
    }
}

/// Pieces of logs, of gzip, and nonsense.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"Nov 26 22:10:11 web1 a[1]: b\n".to_vec()),
        Just(b"<13>1 2026-11-26T22:10:11.5Z web1 a 1 - [x y=\"z\"] b\n".to_vec()),
        Just(b"\x1f\x8b\x08\0\0\0\0\0".to_vec()),
        Just(vec![0; 20]),
        prop::collection::vec(any::<u8>(), 0..40),
        Just(b"Feb 29 23:59:60 web1\n".to_vec()),
        Just(b"9999-12-31T23:59:59+23:59 web1 \n0000-01-01T00:00:00-23:59 web1 x\n".to_vec()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}
