//! Whether the daemon keeps a list of its clients, which mrulist tells of.

use super::Table;
use crate::ntp::case::Case;

/// Whether those who may query are told of other clients.
fn told(table: &Table, text: &str) -> bool {
    let real = table.answers(&Case::new(text));
    assert!(real.iter().all(|answers| answers.mode6), "{text}");
    let told = real[0].mrulist;
    assert!(real.iter().all(|answers| answers.mrulist == told), "{real:?} {text}");
    told
}

#[test]
fn disable_monitor_is_refused_while_limited_is_built_in() {
    let table = Table::new("refused");
    assert!(told(&table, "unrestrict default noquery\ndisable monitor\n"));
    assert!(!told(&table, "unrestrict default noquery limited\ndisable monitor\n"));
}

#[test]
fn limited_turns_it_on_even_for_a_host_that_nobody_asks_from() {
    let table = Table::new("limited");
    let off = "unrestrict default noquery limited\ndisable monitor\n";
    for line in [
        "restrict 192.0.2.99 limited",
        "restrict 192.0.2.99 kod limited ntpport",
        "restrict 192.0.2.99 limited bogus",
    ] {
        assert!(told(&table, &format!("{off}{line}\n")), "{line}");
    }
    for line in [
        "restrict 192.0.2.99 kod",
        "restrict 192.0.2.99 limited\nunrestrict 192.0.2.99",
        "restrict 192.0.2.99 bogus limited",
    ] {
        assert!(!told(&table, &format!("{off}{line}\n")), "{line}");
    }
}

#[test]
fn disable_wins_in_either_order_and_words_before_an_error_count() {
    let table = Table::new("disable");
    let open = "unrestrict default noquery limited\n";
    for lines in [
        "disable monitor\nenable monitor",
        "enable monitor\ndisable monitor",
        "disable kernel monitor",
        "disable monitor bogus",
        "disable monitor, kernel",
        "disable monitor auth",
    ] {
        assert!(!told(&table, &format!("{open}{lines}\n")), "{lines}");
    }
    for lines in [
        "disable bogus monitor",
        "disable auth monitor",
        "disable kernel, monitor",
        "disable \"monitor\"",
        "disable Monitor",
        "mru maxdepth 0",
    ] {
        assert!(told(&table, &format!("{open}{lines}\n")), "{lines}");
    }
}

#[test]
fn nomrulist_keeps_the_list_and_no_other_answer() {
    let table = Table::new("nomrulist");
    assert!(!told(&table, "unrestrict default noquery limited\nrestrict default nomrulist\n"));
}
