//! NTPsec's `unrestrict`, which takes back what other lines say.

use super::{EVERYBODY, NOBODY, Table};
use crate::ntp::case::Case;

#[test]
fn of_restrict_and_unrestrict_the_last_counts() {
    let table = Table::new("last");
    table.holds(&Case::new("restrict default noquery\nunrestrict default noquery\n"), EVERYBODY);
    table.holds(&Case::new("unrestrict default noquery\nrestrict default noquery\n"), NOBODY);
    table.holds(&Case::new("unrestrict -4 default noquery\n"), "far4 near4");
    table.holds(&Case::new("unrestrict :: mask :: noquery\n"), "far6 near6");
    table.holds(&Case::new("unrestrict 0.0.0.0/0 noquery\nunrestrict ::/0 noquery\n"), NOBODY);
}

#[test]
fn without_flags_the_entry_goes_and_never_the_default_one() {
    let table = Table::new("goes");
    table.each(
        "restrict 10.9.0.0/16 nomodify\n",
        &[
            "unrestrict 10.9.0.0/16",
            "unrestrict 10.9.0.0 mask 255.255.0.0",
            "unrestrict 10.9.8.7/16",
            "unrestrict 10.9.0.0/16 bogus",
            "unrestrict 10.9.0.0/16 nopeer notrap",
        ],
        NOBODY,
    );
    table.each(
        "restrict 10.9.0.0/16 nomodify\n",
        &["unrestrict 10.9.8.0/24", "unrestrict default", "unrestrict 10.9.0.0/16 nomodify"],
        "near4",
    );
    table.holds(&Case::new("unrestrict default\n"), NOBODY);
}

#[test]
fn an_error_spares_the_flags_before_it() {
    let table = Table::new("spares");
    table.holds(&Case::new("unrestrict default noquery bogus\n"), EVERYBODY);
    table.holds(&Case::new("unrestrict default bogus noquery\n"), NOBODY);
}

#[test]
fn an_entry_with_ntpport_does_not_go() {
    let table = Table::new("stays");
    let ntp = "near4:123";
    table.each(
        "restrict 10.9.0.0/16 ntpport\n",
        &["unrestrict 10.9.0.0/16 ntpport", "unrestrict 10.9.0.0/16"],
        ntp,
    );
    table.each("restrict 10.9.0.0/16 ntpport noquery\n", &["unrestrict 10.9.0.0/16 ntpport noquery"], ntp);
    table.each("", &["unrestrict default noquery ntpport"], NOBODY);
}
