//! Syntax, text in and entries out; what the entries come to is asked of the real modules in tests/oracle.

use standfast_facts::pam_module::Capabilities;

use super::domain::{Domain, Ids, Sigil, parse_ids};
use super::entry::LimitsEntry;
use super::item::{Item, strtoul};
use super::rules::PROFILES;
use super::syntax::{Action, LimitsSyntax, Line};
use crate::document::Document;
use crate::schema::{SchemaError, Value};

fn module(name: &str) -> Capabilities {
    PROFILES.iter().find(|profile| profile.name.contains(name)).unwrap().capabilities()
}

fn lines(module: &Capabilities, text: &[u8]) -> (Vec<Line>, Vec<u8>) {
    let document = Document::parse(&LimitsSyntax { module }, text.to_vec());
    assert_eq!(document.to_bytes(), text);
    (document.chunks().iter().filter_map(|chunk| chunk.entry).collect(), text.to_vec())
}

/// Each entry as `domain|action`, for tables.
fn told(module: &Capabilities, text: &[u8]) -> Vec<String> {
    let (lines, bytes) = lines(module, text);
    let tell = |line: &Line| {
        let domain = String::from_utf8_lossy(line.domain_text.of(&bytes)).into_owned();
        match line.action {
            Action::NoLimits => format!("{domain}|ends"),
            Action::Inert(_) => format!("{domain}|inert"),
            Action::Limit(limit) => {
                let value = String::from_utf8_lossy(limit.value_text.of(&bytes)).into_owned();
                format!("{domain}|{} {} {value}", limit.limit_type.word(), limit.item.name())
            }
        }
    };
    lines.iter().map(tell).collect()
}

#[test]
fn comments_blanks_and_nuls_end_what_is_read_of_a_line() {
    let module = module("Debian 12");
    let text = b"# all\n\n  \t\na soft nproc 1 # why\nb hard core 0\0 junk\nthe#kiwi soft nproc 1\n";
    assert_eq!(told(&module, text), ["a|soft nproc 1", "b|hard core 0", "the|inert"]);
}

#[test]
fn until_1_5_further_words_are_ignored_and_since_1_6_they_belong_to_the_value() {
    let text = b"a soft nproc 1 more\na soft nproc unlimited more\n";
    assert_eq!(told(&module("Debian 12"), text), ["a|soft nproc 1", "a|soft nproc unlimited"]);
    assert_eq!(told(&module("Debian 13"), text), ["a|soft nproc 1 more", "a|inert"]);
}

#[test]
fn until_1_5_the_tail_of_a_long_comment_is_read_as_a_line() {
    let mut text = vec![b'#'];
    text.resize(1023, b'x');
    text.extend_from_slice(b"thekiwi hard nproc 77\n");
    assert_eq!(told(&module("Debian 12"), &text), ["thekiwi|hard nproc 77"]);
    assert!(told(&module("Debian 13"), &text).is_empty());
}

#[test]
fn two_words_end_all_limits_when_the_second_begins_with_a_dash() {
    let text = b"a -\nb -nope\nc - nproc\nd soft\n";
    assert_eq!(told(&module("Debian 12"), text), ["a|ends", "b|ends", "c|inert", "d|inert"]);
}

#[test]
fn a_range_is_a_name_to_a_module_that_does_not_know_ranges() {
    let (new, _) = lines(&module("RHEL 7"), b":1013 - nproc 1\n");
    assert_eq!(new[0].domain, Domain::Range(Sigil::User, Ids::One(1013)));
    let (old, _) = lines(&module("RHEL 6"), b":1013 - nproc 1\n");
    assert!(matches!(old[0].domain, Domain::Name(Sigil::User, _)));
}

#[test]
fn ids_are_read_as_strtoul_reads_them_and_cut_to_32_bits() {
    assert_eq!(parse_ids(b":+1013"), Some(Ids::One(1013)));
    assert_eq!(parse_ids(b":4294968309"), Some(Ids::One(1013)));
    assert_eq!(parse_ids(b"0:-1"), Some(Ids::Between(0, u32::MAX)));
    assert_eq!(parse_ids(b"500:"), Some(Ids::From(500)));
    for bad in [&b":"[..], b"", b":0x3f5", b"1:2:3", b"a:", b":18446744073709551616"] {
        assert_eq!(parse_ids(bad), None, "{}", bad.escape_ascii());
    }
}

#[test]
fn numbers_are_read_up_to_the_first_character_that_is_no_digit() {
    let table: [(&[u8], Option<u64>); 8] = [
        (b"5k", Some(5)),
        (b"1,000", Some(1)),
        (b"0x10", Some(0)),
        (b"077", Some(77)),
        (b"-2", Some(u64::MAX - 1)),
        (b"99999999999999999999", Some(u64::MAX)),
        (b"k5", None),
        (b"", None),
    ];
    for (text, value) in table {
        assert_eq!(strtoul(text), value, "{}", text.escape_ascii());
    }
}

fn entry(title: &str, value: &str) -> Result<LimitsEntry, SchemaError> {
    let value = Value::Text(value.to_owned());
    let entry = LimitsEntry::from_values([("value", &value)], &LimitsEntry::title_parts(title)?)?;
    entry.check()?;
    Ok(entry)
}

#[test]
fn a_title_splits_at_its_last_two_slashes() {
    let entry = entry("DOM\\a/b/soft/nproc", "1").unwrap();
    assert_eq!((entry.domain.as_str(), entry.item.name()), ("DOM\\a/b", "nproc"));
    assert_eq!(entry.title(), "DOM\\a/b/soft/nproc");
}

#[test]
fn a_value_out_of_an_items_range_is_refused() {
    for (title, value) in [
        ("a/soft/nice", "20"),
        ("a/soft/nice", "unlimited"),
        ("a/-/priority", "-21"),
        ("a/-/nonewprivs", "2"),
        ("a/-/maxlogins", "2147483648"),
        ("a/hard/memlock", "18014398509481984"),
        ("a/hard/nproc", "-5"),
        ("a/hard/nproc", "5k"),
        ("a/hard/nproc", "/srv"),
        ("a/-/chroot", "srv"),
        ("a/both/nprok", "1"),
        ("a/nproc", "1"),
    ] {
        assert!(entry(title, value).is_err(), "{title} = {value}");
    }
    for (title, value) in
        [("a/soft/nice", "-20"), ("a/-/maxlogins", "0"), ("a/-/as", "unlimited"), ("a/-/core", "-1")]
    {
        entry(title, value).unwrap();
    }
}

#[test]
fn every_item_has_a_name_that_the_schema_takes() {
    assert_eq!(Item::NAMES.len(), 21);
    for name in Item::NAMES {
        assert_eq!(Item::named(name.as_bytes()).unwrap().name(), *name);
    }
}
