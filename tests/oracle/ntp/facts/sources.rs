//! `restrict source`: the entries that the daemon makes for the servers that it asks.

use standfast_providers::ntp::exposure::Asker;

use super::Table;
use crate::ntp::case::Case;
use crate::ntp::ntpd::{Make, Outcome};
use crate::ntp::strangers::CONTROL;

/// `near4` is the server of each configuration. Whether it may query is left to the daemon, so our evaluator says no
/// more than that a source of time may.
fn holds(table: &Table, lines: &str, is_open: bool) {
    let case = Case::new(format!("{CONTROL}{lines}\nserver 10.9.8.7\n"));
    let Outcome::Answers(real) = table.ntpd.real(&case) else { panic!("the daemon has ended:\n{case:?}") };
    let near4 = table.askers.iter().zip(real).filter(|(asker, _)| asker.address.to_string() == "10.9.8.7");
    let queried: Vec<bool> = near4.map(|(_, answers)| answers.mode6).collect();
    assert_eq!(queried.contains(&true), is_open, "{queried:?}: {lines}");
    let exposures = table.ntpd.configuration(&case).exposures(&[]);
    let is_told = exposures.iter().any(|exposure| exposure.asker == Asker::TimeSource);
    assert_eq!(is_told, is_open, "{exposures:?}: {lines}");
}

#[test]
fn a_source_gets_an_entry_of_its_own_only_where_it_would_be_kept_out() {
    let table = Table::new("holes");
    holds(&table, "restrict default noquery\nrestrict source", false);
    holds(&table, "restrict default ignore\nrestrict source", true);
    holds(&table, "restrict source\nrestrict default ignore", true);
    holds(&table, "restrict default notrust noquery\nrestrict source nomodify", true);
    holds(&table, "restrict default ignore", false);
}

#[test]
fn the_last_of_these_lines_counts_alone() {
    let table = Table::new("last-source");
    holds(&table, "restrict default ignore\nrestrict source\nrestrict source noquery", false);
    holds(&table, "restrict default ignore\nrestrict source noquery\nrestrict source", true);
    holds(&table, "restrict default ignore\nrestrict source noquery\nunrestrict source", true);
    holds(&table, "restrict default ignore\nrestrict source bogus noquery", true);
    holds(&table, "restrict default ignore\nrestrict source ntpport", true);
}

#[test]
fn ntp_orgs_ntpd_makes_an_entry_for_each_source() {
    let table = Table::of(Make::Classic, "each-source");
    holds(&table, "restrict default noquery\nrestrict source", true);
    holds(&table, "restrict default noquery\nrestrict source noquery", false);
    holds(&table, "restrict default noquery\nrestrict source\nrestrict source noquery", false);
    holds(&table, "restrict default noquery\nrestrict source noquery\nrestrict source nomodify", true);
    holds(&table, "restrict default noquery\nrestrict source ntpport", true);
    holds(&table, "restrict default noquery", false);
}
