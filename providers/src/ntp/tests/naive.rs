//! What checks by pattern get wrong: configurations for which they pass or fail and the daemon says the opposite.

use super::super::semantics::Port;
use super::{asked, hand, monlist, old, open};

#[test]
fn noquery_in_a_comment_counts_for_nothing() {
    let text = "restrict -4 default kod nomodify notrap nopeer # noquery\n\
                restrict -6 default kod nomodify notrap nopeer # noquery\n";
    assert_eq!(monlist(old(), text), [true, true]);
}

#[test]
fn two_halves_of_the_internet_open_what_the_default_lines_close() {
    let text = "restrict -4 default nomodify noquery\nrestrict -6 default nomodify noquery\n\
                restrict 0.0.0.0 mask 128.0.0.0\nrestrict 128.0.0.0 mask 128.0.0.0\n";
    assert_eq!(monlist(old(), text), [true, false]);
    assert!(asked(old(), text, "8.8.8.8", Port::Other).monlist);
}

#[test]
fn a_comma_loses_the_noquery_behind_it() {
    assert_eq!(monlist(old(), "restrict default kod, nomodify notrap nopeer noquery\n"), [true, true]);
}

#[test]
fn one_default_line_closes_both_families_since_4_2_6_and_one_before() {
    let text = "restrict default nomodify notrap nopeer noquery\n";
    assert_eq!(open(old(), text), [false, false]);
    assert_eq!(open(hand(), text), [false, true]);
}

#[test]
fn ignore_closes_without_the_word_noquery() {
    assert_eq!(open(old(), "restrict default ignore\n"), [false, false]);
}

#[test]
fn the_default_entries_may_be_written_as_addresses() {
    let text = "restrict 0.0.0.0 mask 0.0.0.0 noquery\nrestrict :: mask :: noquery\n";
    assert_eq!(open(old(), text), [false, false]);
}

#[test]
fn disable_monitor_alone_closes_monlist_and_leaves_the_other_amplifiers_open() {
    assert_eq!(monlist(old(), "disable monitor\n"), [false, false]);
    assert_eq!(open(old(), "disable monitor\n"), [true, true]);
}

#[test]
fn disable_monitor_with_limited_leaves_monlist_open() {
    let text = "disable monitor\nrestrict default kod limited nomodify notrap nopeer\n";
    assert_eq!(monlist(old(), text), [true, true]);
}
