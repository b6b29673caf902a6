//! Which entry decides: lines that merge, networks in networks, families, ports.

use super::{CLOSED, EVERYBODY, NOBODY, OPENED, Table, both};
use crate::ntp::case::Case;
use crate::ntp::strangers::CONTROL;

#[test]
fn without_a_line_ntpsec_answers_nobody_not_even_itself() {
    let table = Table::new("nothing");
    for text in ["", "\n", "# nothing\n", "restrict default\n", "restrict default nomodify\n"] {
        table.holds(&Case::new(text), NOBODY);
    }
    table.holds(&Case::new("unrestrict default noquery\n"), EVERYBODY);
}

#[test]
fn lines_for_the_same_entry_add_up() {
    both("merge", |table| {
        table.each(
            OPENED,
            &[
                "restrict default nomodify\nrestrict default noquery",
                "restrict default noquery\nrestrict default nomodify",
                "restrict default noquery\nrestrict default",
                "restrict 0.0.0.0 mask 0.0.0.0 noquery\nrestrict :: mask :: noquery\nrestrict default",
            ],
            NOBODY,
        );
    });
}

#[test]
fn a_more_specific_entry_inherits_nothing() {
    both("specific", |table| {
        let text =
            "restrict default noquery\nrestrict 10.9.0.0 mask 255.255.0.0\nrestrict fd09:: mask ffff::\n";
        table.holds(&Case::new(text), "near4 near6");
        // Also where a wider one stands behind it, or a narrower one is for others.
        let near = |line: &str| format!("restrict 10.9.0.0 mask 255.255.0.0\nrestrict {line}");
        table.each(CLOSED, &["restrict 10.9.8.7\nrestrict 10.9.0.0 mask 255.255.0.0 noquery"], "near4");
        table.each(CLOSED, &[&near("10.9.8.0 mask 255.255.255.0 noquery")], NOBODY);
        table.each(CLOSED, &[&near("10.9.9.0 mask 255.255.255.0 noquery")], "near4");
    });
}

#[test]
fn two_halves_are_everyone() {
    both("halves", |table| {
        let halves = "restrict default noquery\nrestrict 0.0.0.0 mask 128.0.0.0\n\
            restrict 128.0.0.0 mask 128.0.0.0\nrestrict :: mask 8000::\n";
        table.holds(&Case::new(halves), "far4 near4 far6");
        table.holds(&Case::new(format!("{halves}restrict 8000:: mask 8000::\n")), EVERYBODY);
    });
}

#[test]
fn default_is_both_families_and_all_zeros_is_one() {
    both("families", |table| {
        table.each(
            OPENED,
            &["restrict default noquery", "restrict -4 default noquery\nrestrict -6 default noquery"],
            NOBODY,
        );
        table.each(
            OPENED,
            &["restrict -4 default noquery", "restrict 0.0.0.0 mask 0.0.0.0 noquery"],
            "far6 near6",
        );
        table.each(OPENED, &["restrict -6 default noquery", "restrict :: mask :: noquery"], "far4 near4");
        table.each(OPENED, &["restrict 1.2.3.4 mask 0.0.0.0 noquery"], "far6 near6");
    });
}

#[test]
fn all_zeros_without_a_mask_is_a_host_that_nobody_has() {
    both("zeros", |table| {
        table.each(OPENED, &["restrict 0.0.0.0 noquery", "restrict :: noquery"], EVERYBODY);
    });
}

#[test]
fn a_length_counts_from_1_on_and_anything_else_leaves_a_host() {
    let table = Table::new("lengths");
    table.each(
        "",
        &["restrict 10.9.0.0/16", "restrict 10.9.8.77/24", "restrict 10.9.0.0/016", "restrict 10.9.0.0/16x"],
        "near4",
    );
    table.each("", &["restrict fd09::/16", "restrict fd09::8:0/112"], "near6");
    table.each(
        OPENED,
        &[
            "restrict 0.0.0.0/0 noquery",
            "restrict ::/0 noquery",
            "restrict 10.9.0.0/33 noquery",
            "restrict 10.9.0.0/0 noquery",
        ],
        EVERYBODY,
    );
    let hosts = ["/0", "/33", "/-1", "/x", "/", "/0x10"].map(|length| format!("restrict 10.9.8.7{length}"));
    table.each("", &hosts.each_ref().map(String::as_str), "near4");
    table.each("", &["restrict -4 10.9.8.0/24"], "near4");
    // It beats a mask beside it.
    table.each("", &["restrict 10.9.0.0/16 mask 255.255.255.255"], "near4");
    table.each("", &["restrict 10.9.0.0/24 mask 255.255.0.0"], NOBODY);
}

#[test]
fn an_entry_with_ntpport_is_another_one() {
    both("ntpport", |table| {
        let other = "far4:other far6:other near4:other near6:other";
        table.each(OPENED, &["restrict default noquery ntpport"], other);
        let ntp = "far4:123 far6:123 near4:123 near6:123";
        table.each(CLOSED, &["restrict default ntpport nomodify"], ntp);
        table.each(
            OPENED,
            &["restrict 10.9.8.7 ntpport noquery\nrestrict 10.9.8.7 nomodify"],
            "far4 far6 near6 near4:other",
        );
        // Which port comes last.
        let text = "restrict 10.9.0.0 mask 255.255.0.0 ntpport noquery\nrestrict 10.9.8.0 mask 255.255.255.0";
        table.each(OPENED, &[text], EVERYBODY);
    });
}

#[test]
fn a_mask_with_gaps_is_beaten_by_a_greater_address() {
    both("gaps", |table| {
        // Not by a greater mask.
        table.each(
            OPENED,
            &["restrict 0.0.0.0 mask 128.0.0.0 noquery\nrestrict 10.9.8.7 mask 15.255.255.255"],
            EVERYBODY,
        );
        table.each(OPENED, &["restrict 0.0.8.7 mask 0.0.255.255 noquery"], "far4 far6 near6");
        table.each(
            OPENED,
            &["restrict 10.0.0.0 mask 255.0.0.0\nrestrict 0.0.8.7 mask 0.0.255.255 noquery"],
            EVERYBODY,
        );
        table.each(
            OPENED,
            &["restrict 10.9.0.0 mask 255.255.0.0 noquery\nrestrict 10.0.0.7 mask 255.0.0.255"],
            "far4 far6 near6",
        );
    });
}

#[test]
fn a_mask_of_the_other_family_is_no_mask_at_all() {
    both("other-mask", |table| {
        table.each(OPENED, &["restrict 10.9.8.7 mask :: noquery"], "far6 near6");
        table.each(OPENED, &["restrict fd09::7 mask 255.255.0.0 noquery"], "far4 near4");
    });
}

#[test]
fn noserve_and_limited_and_kod_let_queries_in() {
    both("let-in", |table| {
        table.each(
            OPENED,
            &["restrict default kod limited nomodify notrap nopeer", "restrict default version"],
            EVERYBODY,
        );
        let real = table.answers(&Case::new(format!("{CONTROL}{OPENED}restrict default noserve notrust\n")));
        assert!(real.iter().all(|answers| answers.mode6 && !answers.time), "{real:?}");
    });
}

#[test]
fn ignore_keeps_everything_out() {
    both("ignore", |table| {
        let text = format!("{CONTROL}{OPENED}restrict default ignore\nrestrict 10.9.8.7\n");
        for (asker, answers) in table.askers.iter().zip(table.answers(&Case::new(text))) {
            let is_near = asker.address.to_string() == "10.9.8.7";
            assert_eq!((answers.mode6, answers.time), (is_near, is_near), "{asker:?}");
        }
    });
}
