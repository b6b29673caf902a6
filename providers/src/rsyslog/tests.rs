//! What holds for any bytes: nothing is lost, nothing panics, an edit touches its own lines alone.

use std::path::Path;

use proptest::prelude::*;

use super::config::Config;
use super::eval::Known;
use super::files::Files;
use super::lints::Lint;
use super::syntax::{Piece, RsyslogSyntax};
use crate::document::{Change, Document};

const MAIN: &str = "/etc/rsyslog.conf";

fn config(bytes: &[u8]) -> Config {
    let files = Files::default().with(Path::new(MAIN), Some(bytes.to_vec()));
    Config::read(files, Path::new(MAIN))
}

/// Bytes that are no configuration, and words that could be one in any order.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "*.*",
        "mail.info;auth.none",
        "@@h:514",
        "/var/log/x",
        "& ",
        "stop",
        "\n",
        "\n",
        "\n",
        " ",
        "\\\n",
        "{",
        "}",
        "if ",
        "$msg contains 'x'",
        " then ",
        "else ",
        "action(type=\"omfwd\" target=\"h\")",
        "ruleset(name=\"rr\") {",
        "call rr",
        "# c",
        "/*",
        "*/",
        "\"",
        "'",
        "(",
        ")",
        "=",
        "[",
        "]",
        ",",
        ":msg, contains, \"x\"",
        "$ActionQueueType LinkedList",
        "$IncludeConfig /etc/rsyslog.conf",
        "include(text=\"*.* @@t\")",
        "set $.x = 1;",
        "foreach ($.i in $!l) do ",
        "not ",
        " and ",
        "\0",
        "\r",
        "\t",
        "\u{feff}",
        "é",
        "!prog",
        "+host",
        "-*",
        "~",
        "`cat /x`",
        "prifilt(\"*.*\")",
        "module(load=\"x\")",
        "0x1F",
    ]);
    let made = prop::collection::vec(words, 0..60).prop_map(|words| words.concat().into_bytes());
    prop_oneof![3 => made, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_is_kept_and_each_chunk_is_of_whole_lines(bytes in text()) {
        let document = Document::parse(&RsyslogSyntax, bytes.clone());
        prop_assert_eq!(document.to_bytes(), bytes);
        for (index, chunk) in document.chunks().iter().enumerate() {
            prop_assert!(document.is_whole_line(index));
            let start = index.checked_sub(1).map_or(0, |before| document.chunks()[before].end);
            let before = document.bytes()[..start].iter().filter(|byte| **byte == b'\n').count();
            prop_assert_eq!(chunk.line as usize, before + 1);
        }
    }

    #[test]
    fn anything_is_read_followed_and_linted(bytes in text()) {
        let config = config(&bytes);
        let flow = config.local_flow(&Known::default());
        let files = Files::default();
        let lint = Lint { config: &config, flow: &flow, files: &files, own_addresses: &[] };
        prop_assert!(lint.findings().is_sorted());
        for id in 0..config.actions().len() {
            let (sure, may) = config.comes_to(&flow, id);
            prop_assert!(sure.without(may).is_empty(), "what is sure is possible");
        }
        for action in config.actions() {
            let source = &config.files[action.span.file as usize];
            prop_assert!(action.span.start <= action.span.end);
            prop_assert!(action.span.end as usize <= source.bytes.len());
        }
    }

    #[test]
    fn a_chunk_that_is_taken_out_takes_no_other_byte(bytes in text(), pick in any::<prop::sample::Index>()) {
        let document = Document::parse(&RsyslogSyntax, bytes);
        if !document.chunks().is_empty() {
            let chunk = pick.index(document.chunks().len());
            let start = chunk.checked_sub(1).map_or(0, |before| document.chunks()[before].end);
            let end = document.chunks()[chunk].end;
            let rest = [&document.bytes()[..start], &document.bytes()[end..]].concat();
            prop_assert_eq!(document.with(&[Change::Remove { chunk }]), rest);
        }
    }
}

/// The text of each chunk and what it is.
fn chunks(text: &str) -> Vec<(String, Option<Piece>)> {
    let document = Document::parse(&RsyslogSyntax, text.as_bytes().to_vec());
    let chunks = document.chunks().iter().enumerate();
    let text = |index| String::from_utf8_lossy(document.text(index)).into_owned();
    chunks.map(|(index, chunk)| (text(index), chunk.entry)).collect()
}

#[test]
fn lines_that_mean_something_together_are_one_chunk() {
    let one = |text: &str| assert_eq!(chunks(text).len(), 1, "{:?}", chunks(text));
    one("action(type=\"omfwd\"\n  target=\"h\" # c\n)\n");
    one("*.*\n# between\n@@h\n");
    one("*.* \\\n   @@h\n");
    one("if $msg contains 'x'\n and $msg contains 'y' then\n@@h\n");
    one("# old \\\n*.* @@h\n");
    one("/* over\n two */\n");
    one(":msg, contains, \"a\nb\" stop\n");
}

#[test]
fn each_statement_of_a_block_is_a_chunk_of_its_own() {
    let text = "# c\nif $msg contains 'x' then {\n  @@h\n  stop\n}\n\n$ModLoad imudp\n*.* /x\n& stop\n";
    let kinds: Vec<_> = chunks(text).into_iter().map(|(_, entry)| entry).collect();
    assert_eq!(
        kinds,
        [
            None,
            Some(Piece::Filter),
            Some(Piece::Statement),
            Some(Piece::Statement),
            Some(Piece::Brace),
            None,
            Some(Piece::Directive),
            Some(Piece::Filter),
            Some(Piece::Statement)
        ]
    );
}

#[test]
fn a_hundred_thousand_nested_blocks_and_brackets_end_the_reading_and_nothing_else() {
    for text in ["if 1 == 1 then {\n", "if (((", "if not not not ", "*.*\n", "if 1 then if 1 then "] {
        let config = config(text.repeat(100_000).as_bytes());
        assert!(!config.is_complete, "{text}");
    }
}

#[test]
fn a_chain_of_a_hundred_thousand_conditions_is_followed() {
    let text = format!("if $msg == 'x'{} then stop\n*.* @@h\n", "\n or $msg == 'y'".repeat(100_000));
    let config = config(text.as_bytes());
    let flow = config.local_flow(&Known::default());
    assert!(config.is_complete);
    let forwards = config.forwards(&flow);
    assert!(forwards[0].reach.may.is_all() && forwards[0].reach.sure.is_empty());
}

#[test]
fn rulesets_that_call_each_other_in_a_row_or_in_a_circle_are_followed() {
    let row: String =
        (0..5000).map(|at| format!("ruleset(name=\"r{at:04}\") {{ call r{:04} }}\n", at + 1)).collect();
    let last = "ruleset(name=\"r5000\") { action(type=\"omfwd\" target=\"h\") }\n";
    let text = format!("{row}{last}call r0000\n");
    let chain = config(text.as_bytes());
    let flow = chain.local_flow(&Known::default());
    assert!(chain.forwards(&flow)[0].reach.may.is_all());
    let circle =
        config(b"ruleset(name=\"aa\") { call bb }\nruleset(name=\"bb\") { call aa }\ncall aa\n*.* @@h\n");
    let flow = circle.local_flow(&Known::default());
    assert!(!flow.recursive_calls.is_empty());
}
