//! A document keeps every byte, under the lexical rules of every module, whatever the bytes are.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::{Index, select};
use proptest::{prop_oneof, test_runner::Config};
use standfast_providers::document::{Change, Document, Syntax};
use standfast_providers::limits::rules::{PROFILES, Profile};
use standfast_providers::limits::syntax::{Action, LimitsSyntax, Line};

use crate::pieces::pieces;

/// Words that mean something to some module, words that nearly do, and bytes that should not be there.
const WORDS: &[&[u8]] = &[
    b"alice",
    b"@kiwis",
    b"%kiwis",
    b"*",
    b"%",
    b":1013",
    b"1013",
    b"@:1091",
    b"500:65535",
    b"0:-1",
    b":",
    b"@1:",
    b"DOM\\bob",
    b"\xef\xbb\xbfbob",
    b"j\xf6rg",
    b"soft",
    b"hard",
    b"-",
    b"SOFT",
    b"-x",
    b"nproc",
    b"NoFile",
    b"core",
    b"maxlogins",
    b"nonewprivs",
    b"chroot",
    b"4096",
    b"-1",
    b"unlimited",
    b"5k",
    b"0x10",
    b"18446744073709551616",
    b"/srv",
    b"#",
    b"# comment",
    b"\0",
    b"\xff\xfe",
    b"a",
];
const BLANKS: &[&[u8]] = &[b" ", b" ", b"\t", b"  \t", b"\r", b"\x0b", b"\x0c", b"\xc2\xa0", b""];
const TEXTS: &[&[u8]] = &[b"bob - nproc 5", b"#x", b""];
const ENDS: &[&[u8]] = &[b"\n", b"\n", b"\n", b"\r\n", b"\n\n", b""];

/// A line of words, sometimes with a comment longer than what old modules read at a time.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let word = (select(BLANKS), select(WORDS)).prop_map(|(blank, word)| [blank, word].concat());
    let long = (900_usize..2100).prop_map(|length| [b"#".as_slice(), &vec![b'x'; length]].concat());
    let words = vec(word, 0..7).prop_map(|words| words.concat());
    let text = prop_oneof![9 => words, 1 => long];
    (text, select(ENDS)).prop_map(|(text, end)| [text.as_slice(), end].concat())
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    vec(line(), 0..30).prop_map(|lines| lines.concat())
}

fn profile() -> impl Strategy<Value = Profile> {
    select(&PROFILES[..])
}

fn parse(profile: Profile, bytes: &[u8]) -> Document<Line> {
    Document::parse(&LimitsSyntax { module: &profile.capabilities() }, bytes.to_vec())
}

/// Asserts all that holds of any document.
fn check(profile: Profile, bytes: &[u8]) -> Result<(), proptest::test_runner::TestCaseError> {
    let document = parse(profile, bytes);
    prop_assert_eq!(document.to_bytes(), bytes);
    prop_assert_eq!(pieces(&document, bytes).concat(), bytes, "the pieces cover the file");
    let mut line = 1;
    for (chunk, piece) in document.chunks().iter().zip(pieces(&document, bytes)) {
        prop_assert!(!piece.is_empty());
        prop_assert_eq!(chunk.line, line, "lines are counted as an editor counts them");
        line += u32::from(piece.ends_with(b"\n"));
        if let Some(entry) = &chunk.entry {
            // The spans of an entry lie in its own line.
            let range = entry.domain_text.range();
            prop_assert!(chunk.end - piece.len() <= range.start && range.end <= chunk.end);
            if let Action::Limit(limit) = &entry.action {
                let value = limit.value_text.range();
                prop_assert!(range.end <= value.start && value.end <= chunk.end && value.start < value.end);
            }
        }
    }
    Ok(())
}

/// What an edit of one piece should come to.
fn edited(pieces: &[&[u8]], at: usize, text: Option<&[u8]>) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
    parts[at] = match text {
        None => Vec::new(),
        Some(text) if pieces[at].ends_with(b"\n") => [text, b"\n"].concat(),
        Some(text) => text.to_vec(),
    };
    parts.concat()
}

proptest! {
    #![proptest_config(Config { cases: 600, failure_persistence: None, ..Config::default() })]

    #[test]
    fn arbitrary_bytes_are_kept_and_never_panic(profile in profile(), bytes in vec(any::<u8>(), 0..4000)) {
        check(profile, &bytes)?;
    }

    #[test]
    fn files_of_words_are_kept_and_never_panic(profile in profile(), bytes in file()) {
        check(profile, &bytes)?;
    }

    #[test]
    fn an_edit_changes_its_own_line_and_no_other_byte(
        profile in profile(),
        bytes in file(),
        at in any::<Index>(),
        text in select(TEXTS),
    ) {
        let document = parse(profile, &bytes);
        let pieces = pieces(&document, &bytes);
        if !pieces.is_empty() {
            let chunk = at.index(pieces.len());
            let replaced = document.with(&[Change::Replace { chunk, text: text.to_vec() }]);
            prop_assert_eq!(replaced, edited(&pieces, chunk, Some(text)));
            let removed = document.with(&[Change::Remove { chunk }]);
            prop_assert_eq!(removed, edited(&pieces, chunk, None));
        }
    }

    #[test]
    fn a_new_line_stands_alone_behind_all_others(profile in profile(), bytes in file()) {
        let text = b"bob - nproc 5".to_vec();
        let after = parse(profile, &bytes).with(&[Change::Append { text: text.clone() }]);
        prop_assert!(after.starts_with(&bytes));
        let added = &after[bytes.len()..];
        let glue: &[u8] = if bytes.is_empty() || bytes.ends_with(b"\n") { b"" } else { b"\n" };
        prop_assert_eq!(added, [glue, &text, b"\n"].concat());
    }

    #[test]
    fn what_a_line_says_does_not_depend_on_the_lines_around_it(
        profile in profile(),
        before in file(),
        line in line(),
    ) {
        let mut bytes = before.clone();
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
        let start = bytes.len();
        bytes.extend_from_slice(&line);
        let alone = parse(profile, &line);
        let among = parse(profile, &bytes);
        let first = among.chunks().len() - alone.chunks().len();
        for (alone, among) in alone.chunks().iter().zip(&among.chunks()[first..]) {
            prop_assert_eq!(alone.end + start, among.end);
            prop_assert_eq!(alone.entry.is_some(), among.entry.is_some());
        }
    }
}

#[test]
fn a_line_of_ten_megabytes_is_kept_by_both_tokenizers() {
    let bytes = [b"alice - nproc 5 ".as_slice(), &vec![b'x'; 10_000_000], b"\nbob - nproc 6"].concat();
    for profile in PROFILES {
        let capabilities = profile.capabilities();
        let chunks = LimitsSyntax { module: &capabilities }.chunks(&bytes);
        assert_eq!(chunks.last().unwrap().end, bytes.len());
        assert!(parse(profile, &bytes).to_bytes() == bytes, "{}", profile.name);
    }
}
