//! Lines that are read in pieces, and words for which the daemon ends.

use super::super::directive::{Directive, Reason};
use super::super::entry::Ensure;
use super::super::flags::Flags;
use super::super::semantics::{Configuration, Port};
use super::super::syntax::NtpSyntax;
use super::super::version::{Rules, Version};
use super::plan::{DEBIAN_11, closes, desired, planned};
use super::tree::Tree;
use super::{asked, new, ntpsec, old, open};
use crate::document::Document;

/// The pieces of a text, each with the number of its line.
fn pieces(rules: Rules, text: &str) -> Vec<(u32, String)> {
    let document = Document::parse(&NtpSyntax { rules: &rules }, text.as_bytes().to_vec());
    let text = |chunk: usize| String::from_utf8_lossy(document.text(chunk)).into_owned();
    document.chunks().iter().enumerate().map(|(index, chunk)| (chunk.line, text(index))).collect()
}

#[test]
fn a_line_is_cut_behind_a_nul_and_behind_what_an_include_does_not_take() {
    for (line, first, rest) in [
        ("restrict default \0 noquery", "restrict default \0", " noquery"),
        ("includefile /a bogus end", "includefile /a bogus", " end"),
        ("includefile /a restrict default x end", "includefile /a restrict default x", " end"),
    ] {
        let text = format!("\n{line}\nend\n");
        let expected =
            [(1, ""), (2, first), (2, rest), (3, "end")].map(|(line, text)| (line, text.to_owned()));
        assert_eq!(pieces(new(), &text), expected, "{line}");
    }
    for line in [
        "restrict default\0",
        "includefile /a bogus",
        "restrict default bogus noquery",
        "# \0 x",
        "includefile",
    ] {
        assert_eq!(pieces(new(), &format!("{line}\n")), [(1, line.to_owned())], "{line:?}");
    }
}

#[test]
fn a_word_of_1025_bytes_ends_the_daemon_and_nobody_is_answered() {
    for rules in [old(), new(), ntpsec()] {
        for (length, is_open) in [(1024, true), (1025, false)] {
            let word = "x".repeat(length);
            for text in [format!("keys {word}"), format!("bogus \"{word}\""), format!("{word}#c")] {
                let text = format!("unrestrict default noquery\n{text}\n");
                assert_eq!(open(rules, &text), [is_open; 2], "{rules} {length}");
                let configuration = Configuration::parse(rules, text.as_bytes());
                assert_eq!(configuration.fatal.is_none(), is_open, "{rules} {length}");
                assert_eq!(configuration.exposures(&[]).is_empty(), !is_open, "{rules} {length}");
            }
        }
        let text = format!("unrestrict default noquery\n#{}\nend\n{}\n", "x".repeat(2000), "x".repeat(2000));
        assert_eq!(open(rules, &text), [true; 2], "{rules}");
    }
}

#[test]
fn epeer_ends_4_2_8p15_and_is_unknown_to_others() {
    let directive = |rules: Rules| {
        let document =
            Document::parse(&NtpSyntax { rules: &rules }, b"restrict default epeer noquery".to_vec());
        let statement = document.chunks()[0].entry.clone().unwrap();
        (statement.directive, statement.rejected.map(|rejected| rejected.reason))
    };
    assert_eq!(directive(new()), (Directive::Fatal, Some(Reason::Ends)));
    for rules in [old(), ntpsec(), Rules::classic(Version([4, 2, 8, 6]))] {
        assert_eq!(directive(rules).1, Some(Reason::Syntax), "{rules}");
    }
    assert!(!open(new(), "restrict default epeer\n").contains(&true));
}

#[test]
fn ntpsec_gives_no_time_under_mssntp() {
    for (rules, time) in [(new(), true), (ntpsec(), false)] {
        let answers = asked(rules, "restrict default mssntp", "192.0.2.1", Port::Other);
        assert_eq!(answers.time, time, "{rules}");
        assert!(Flags::MSSNTP.may_query());
    }
}

#[test]
fn a_daemon_that_does_not_start_is_in_sync_with_a_finding_that_says_why() {
    let long = format!("keys {}\n", "x".repeat(1025));
    for (text, message) in [
        (long.as_str(), "a word of it is longer than 1024 bytes"),
        ("restrict default epeer\n", "it ends at `epeer`"),
    ] {
        let (plan, edits) =
            planned(&Tree::of(&[DEBIAN_11, ("/etc/ntp.conf", text)]), &desired(Ensure::Disabled, &[]));
        assert!(plan.drift.is_empty() && edits.is_empty(), "{:?}", plan.drift);
        let told = plan.findings.iter().find(|finding| finding.code == "fatal-line");
        assert!(
            told.is_some_and(|finding| finding.message.as_str().contains(message)),
            "{:?}",
            plan.findings
        );
        assert!(plan.evidence.iter().any(|evidence| evidence.reason.as_str().contains("does not start")));
    }
}

#[test]
fn our_lines_go_before_a_line_that_is_read_in_pieces_and_not_into_it() {
    let main = "includefile /etc/a bogus end\nrestrict default noquery\n";
    closes(
        &[DEBIAN_11, ("/etc/ntp.conf", main), ("/etc/a", "#\n")],
        &[],
        &[(
            "/etc/ntp.conf",
            "restrict default noquery # standfast\nrestrict 127.0.0.1 # standfast\nrestrict ::1 # standfast\n\
             includefile /etc/a bogus end\nrestrict default noquery\n",
        )],
    );
}
