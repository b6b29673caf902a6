//! Text in; lines, rights and findings out. What they come to is asked of the real snmpd in tests/oracle.

mod findings;
mod grants;
mod long;
pub(super) mod tree;

use super::keyword::{FileType, Keyword};
use super::rules::{Rules, Version};
use super::syntax::{Line, SnmpSyntax};
use crate::document::Document;

fn document(rules: &Rules, text: &[u8]) -> Document<Line> {
    let document = Document::parse(&SnmpSyntax { rules }, text.to_vec());
    assert_eq!(document.to_bytes(), text);
    document
}

/// Each line as `keyword|parameter`, for tables.
fn told_by(rules: &Rules, text: &[u8]) -> Vec<String> {
    let document = document(rules, text);
    let tell = |line: &Line| {
        let parameter = line.parameter(text).map_or("-".into(), String::from_utf8_lossy);
        format!("{:?}|{parameter}", line.keyword)
    };
    document.chunks().iter().filter_map(|chunk| chunk.entry.as_ref()).map(tell).collect()
}

fn told(text: &str) -> Vec<String> {
    told_by(&Rules::default(), text.as_bytes())
}

#[test]
fn the_name_of_a_directive_is_a_word_like_any_other_and_case_does_not_matter() {
    let text = "ROCOMMUNITY a\n\"rocommunity\" a\nroco\\mmunity a\n'rocommunity'a\nrocommunity=a\n";
    assert_eq!(told(text), ["Community|a", "Community|a", "Community|a", "Community|a", "Unknown|-"]);
}

#[test]
fn an_include_needs_a_small_first_letter_and_takes_the_rest_of_the_line_as_it_is() {
    let text = "includeDir /a b \nincludedir /a\nIncludeDir /a\ninclude /a\niNCLUDEFILE /a # c\n";
    let told = told(text);
    assert_eq!(told, ["IncludeDir|/a b", "IncludeDir|/a", "Unknown|/a", "Include|/a", "IncludeFile|/a # c"]);
    let rules = Rules::default();
    let document = document(&rules, text.as_bytes());
    let raw = document.chunks()[0].entry.as_ref().unwrap().raw_parameter(text.as_bytes()).unwrap();
    assert_eq!(raw, b"/a b ", "the space at the end is part of the name");
}

#[test]
fn a_directive_without_a_parameter_is_ignored_and_a_comment_is_none() {
    assert_eq!(told("rocommunity\nrocommunity # public\n"), ["Community|-", "Community|-"]);
}

#[test]
fn a_section_alone_holds_for_the_rest_of_the_file_and_before_a_directive_for_its_line() {
    let text = "[snmp] defVersion 2c\nrocommunity a\n[snmp] # c\nrocommunity a\ndisableSNMPv1 yes\n[snmpd]\nrocommunity a\n";
    let expected =
        ["Plain|2c", "Community|a", "Section|-", "Unknown|a", "DisableV1|yes", "Section|-", "Community|a"];
    assert_eq!(told(text), expected);
}

#[test]
fn a_section_that_does_not_exist_changes_nothing() {
    let text =
        "[nosuch]\nrocommunity a\n[ snmp ]\nrocommunity a\n[SNMP]\nrocommunity a\n[nosuch] rocommunity a\n";
    let expected = [
        "BadSection|-",
        "Community|a",
        "BadSection|snmp ]",
        "Community|a",
        "BadSection|-",
        "Community|a",
        "BadSection|rocommunity a",
    ];
    assert_eq!(told(text), expected);
}

#[test]
fn an_include_behind_a_section_is_no_include() {
    assert_eq!(told("[snmpd] includeFile /a\n"), ["Unknown|/a"]);
}

#[test]
fn disabling_a_version_works_in_the_section_of_the_library_alone() {
    assert_eq!(told("disableSNMPv1 yes\n[snmp] disableSNMPv1 yes\n"), ["Unknown|yes", "DisableV1|yes"]);
    let old = Rules::of(Version(5, 7, 3));
    assert_eq!(told_by(&old, b"[snmp] disableSNMPv1 yes\n"), ["Unknown|yes"]);
}

#[test]
fn what_stands_behind_a_nul_is_dropped_and_the_next_line_is_glued_on() {
    assert_eq!(
        told_by(&Rules::default(), b"rocommunity pub\0lic\n127.0.0.2\nview v\n"),
        ["Community|pub127.0.0.2", "View|v"]
    );
    let old = Rules::of(Version(5, 7, 1));
    assert_eq!(told_by(&old, b"rocommunity pub\0lic\n127.0.0.2 x\n"), ["Community|pub", "Unknown|x"]);
}

#[test]
fn a_byte_order_mark_makes_the_first_directive_an_unknown_word() {
    assert_eq!(told("\u{feff}rocommunity a\nrocommunity a\n"), ["Unknown|a", "Community|a"]);
}

#[test]
fn a_carriage_return_is_white_space_but_part_of_an_include() {
    let text = b"rocommunity a\r\nincludeDir /a\r\n";
    assert_eq!(told_by(&Rules::default(), text), ["Community|a", "IncludeDir|/a"]);
    let rules = Rules::default();
    let document = document(&rules, text);
    assert_eq!(document.chunks()[1].entry.as_ref().unwrap().raw_parameter(text), Some(&b"/a\r"[..]));
}

#[test]
fn there_is_no_continuation_of_lines() {
    assert_eq!(told("rocommunity \\\npublic\n"), ["Community|\\", "Unknown|-"]);
}

#[test]
fn up_to_5_7_1_the_tail_of_a_long_comment_is_read_as_a_line() {
    let mut text = vec![b'#'];
    text.resize(1023, b'x');
    text.extend_from_slice(b"rocommunity public\n");
    assert_eq!(told_by(&Rules::of(Version(5, 7, 1)), &text), ["Community|public"]);
    assert!(told_by(&Rules::of(Version(5, 7, 2)), &text).is_empty());
}

#[test]
fn before_5_6_there_are_no_includes() {
    assert_eq!(told_by(&Rules::of(Version(5, 5, 0)), b"includeDir /a\n"), ["Unknown|/a"]);
}

#[test]
fn a_file_that_is_included_is_read_as_the_type_of_the_one_that_includes_it() {
    let text = b"rocommunity a\n";
    let rules = Rules::default();
    let document = document(&rules, text);
    let line = document.chunks()[0].entry.as_ref().unwrap();
    assert_eq!(line.keyword_in(text, FileType::Daemon), Keyword::Community);
    assert_eq!(line.keyword_in(text, FileType::Library), Keyword::Unknown);
}
